using System.Net;

namespace FeedbackService.Observations;

/// <summary>InferenceService, asked with the caller's own token: it alone knows whether a prediction is theirs.</summary>
public sealed class PredictionsClient(HttpClient http)
{
    /// <summary>The item, if it is the caller's; null when there is no such item of theirs.</summary>
    /// <param name="authorization">The caller's Authorization header as it came.</param>
    /// <exception cref="HttpRequestException">InferenceService does not answer.</exception>
    public async Task<Observation?> FindAsync(Guid item, string caller, string authorization, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/predictions/{item}");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var response = await http.SendAsync(request, cancellation);
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

    private sealed record Prediction(Guid Id, string Model, string Version, DateTimeOffset Time, IReadOnlyList<PredictedItem> Predictions);

    private sealed record PredictedItem(Guid Id, string? Label, double? Confidence, double? Score);
}
