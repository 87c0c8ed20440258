using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace TrainingService.Compatibility;

/// <summary>InferenceService, asked with the caller's own token: the prediction is theirs, on record, and takes their feedback.</summary>
internal sealed class OwnPredictions(HttpClient http, IConfiguration configuration, IOptions<CompatibilityOptions> options, TimeProvider time)
{
    private const string NotInMemory = "model-unloaded", OnlyRow = "rows[0].";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100), TryAgain = TimeSpan.FromSeconds(2);
    private IReadOnlyList<Uri>? replicas;

    /// <summary>One row by one version, which may have gone live this moment.</summary>
    /// <exception cref="ProblemException">What InferenceService has against it; 503 when it does not answer or does not have the version in time.</exception>
    public async Task<PredictedRow> PredictAsync(string model, string version, JsonObject row, string authorization, CancellationToken cancellation)
    {
        var path = $"/v1/models/{Uri.EscapeDataString(model)}/predict?version={Uri.EscapeDataString(version)}";
        for (var began = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellation))
        {
            using var answer = await SendAsync(path, new JsonObject { ["rows"] = new JsonArray(row.DeepClone()) }, authorization, cancellation);
            if (answer.IsSuccessStatusCode)
                return (await answer.Content.ReadFromJsonAsync<Predicted>(cancellation))!.Predictions[0];
            var problem = await answer.Content.ReadFromJsonAsync<Problem>(cancellation);
            if (answer.StatusCode != HttpStatusCode.NotFound && problem?.Code != NotInMemory)
                throw Refused(answer, problem);
            if (time.GetElapsedTime(began) > options.Value.LoadWait)
                throw ProblemException.Unavailable("model-loading", $"InferenceService has not loaded {model} {version} yet.", TryAgain);
        }
    }

    /// <summary>A replica that can't be reached has predicted nothing, so the next one is asked.</summary>
    private async Task<HttpResponseMessage> SendAsync(string path, JsonObject body, string authorization, CancellationToken cancellation)
    {
        replicas ??= configuration.ReplicaAddresses("inference");
        foreach (var replica in replicas)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(replica, path)) { Content = JsonContent.Create(body) };
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
            try
            {
                return await http.SendAsync(request, cancellation);
            }
            catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError)
            {
                // Then the next.
            }
            catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                break;
            }
        }
        throw ProblemException.Unavailable("inference-unavailable", "InferenceService does not answer.", TryAgain);
    }

    private static ProblemException Refused(HttpResponseMessage answer, Problem? problem) =>
        new((int)answer.StatusCode, problem?.Code ?? "inference-refused", problem?.Detail ?? $"InferenceService answered {(int)answer.StatusCode}.")
        {
            Errors = problem?.Errors?.ToDictionary(each => each.Key.StartsWith(OnlyRow, StringComparison.Ordinal) ? each.Key[OnlyRow.Length..] : each.Key, each => each.Value),
            RetryAfter = answer.Headers.RetryAfter?.Delta,
        };

    private sealed record Predicted(IReadOnlyList<PredictedRow> Predictions);

    private sealed record Problem(string? Code, string? Detail, IReadOnlyDictionary<string, string[]>? Errors);
}

/// <param name="Id">Takes feedback.</param>
internal sealed record PredictedRow(Guid Id, string Label, double Confidence);
