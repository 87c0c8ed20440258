using System.Net;
using ServiceDefaults.Http;

namespace FeedbackService.Observations;

/// <summary>InferenceService, asked with the caller's own token: it alone knows whether a prediction is theirs.</summary>
public sealed class PredictionsClient(HttpClient http, IConfiguration configuration)
{
    private readonly IReadOnlyList<Uri> replicas = configuration.ReplicaAddresses("inference");

    /// <summary>The item, if it is the caller's; null when there is no such item of theirs.</summary>
    /// <param name="authorization">The caller's Authorization header as it came.</param>
    /// <exception cref="HttpRequestException">No replica of InferenceService answers.</exception>
    public async Task<Observation?> FindAsync(Guid item, string caller, string authorization, CancellationToken cancellation)
    {
        using var response = await AskAnyAsync($"/v1/predictions/{item}", authorization, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();

        var answer = (await response.Content.ReadFromJsonAsync<Prediction>(cancellation))!;
        var found = answer.Predictions.SingleOrDefault(p => p.Id == item); // a request's id finds its items, none of which it is
        return found is null ? null : new Observation
        {
            Id = item,
            RequestId = answer.Id,
            Caller = caller,
            Model = answer.Model,
            Version = answer.Version,
            Label = found.Label,
            Confidence = found.Confidence,
            Score = found.Score,
            Time = answer.Time.ToUniversalTime(),
        };
    }

    /// <summary>All replicas know the same, so the next one is asked where one does not answer.</summary>
    private async Task<HttpResponseMessage> AskAnyAsync(string path, string authorization, CancellationToken cancellation)
    {
        for (var i = 0; ; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(replicas[i], path));
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            try
            {
                return await http.SendAsync(request, cancellation);
            }
            catch (HttpRequestException) when (i < replicas.Count - 1)
            {
                // Then the next.
            }
        }
    }

    private sealed record Prediction(Guid Id, string Model, string Version, DateTimeOffset Time, IReadOnlyList<PredictedItem> Predictions);

    private sealed record PredictedItem(Guid Id, string? Label, double? Confidence, double? Score);
}
