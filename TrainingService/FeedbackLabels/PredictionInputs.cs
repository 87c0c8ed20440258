using System.Net;
using System.Text.Json;
using ServiceDefaults.Http;

namespace TrainingService.FeedbackLabels;

/// <summary>What predictions were made on, asked of InferenceService by the suite itself, whoever's they are.</summary>
internal sealed class PredictionInputs(HttpClient http, IConfiguration configuration)
{
    /// <summary>Null: the prediction is not kept any more.</summary>
    /// <exception cref="HttpRequestException">InferenceService does not answer.</exception>
    public async Task<KeptInput?> FindAsync(Guid prediction, CancellationToken cancellation)
    {
        using var answer = await AskAsync($"/internal/predictions/{prediction}/input", cancellation);
        return answer is null ? null : await answer.Content.ReadFromJsonAsync<KeptInput>(cancellation);
    }

    /// <summary>Null: it is not kept any more.</summary>
    /// <exception cref="HttpRequestException">InferenceService does not answer.</exception>
    public async Task<byte[]?> ImageAsync(Guid prediction, CancellationToken cancellation)
    {
        using var answer = await AskAsync($"/internal/predictions/{prediction}/image", cancellation);
        return answer is null ? null : await answer.Content.ReadAsByteArrayAsync(cancellation);
    }

    /// <summary>All replicas know the same, so the next one is asked where one does not answer. Null: 404.</summary>
    private async Task<HttpResponseMessage?> AskAsync(string path, CancellationToken cancellation)
    {
        var replicas = configuration.ReplicaAddresses("inference");
        for (var i = 0; i < replicas.Count; i++)
        {
            try
            {
                var answer = await http.GetAsync(new Uri(replicas[i], path), cancellation);
                if (answer.IsSuccessStatusCode)
                    return answer;
                using (answer)
                {
                    if (answer.StatusCode == HttpStatusCode.NotFound)
                        return null;
                    answer.EnsureSuccessStatusCode();
                }
            }
            catch (HttpRequestException) when (i < replicas.Count - 1)
            {
                // Then the next.
            }
        }
        throw new HttpRequestException("No address of InferenceService is configured.");
    }
}

/// <param name="Caller">Pseudonymous id of whose prediction it is.</param>
/// <param name="Kind"><c>image</c>, <c>row</c> or <c>tensor</c>.</param>
/// <param name="Row">Absent when it was too large to keep.</param>
internal sealed record KeptInput(string Caller, string Model, string Version, string Kind, JsonElement? Row);
