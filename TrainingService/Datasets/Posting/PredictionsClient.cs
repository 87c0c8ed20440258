using System.Net;
using System.Text.Json;
using InferenceSuite.Contracts;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>InferenceService's history, asked with the caller's own token: only their predictions can be found.</summary>
internal sealed class PredictionsClient(HttpClient http, IConfiguration configuration)
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);
    private IReadOnlyList<Uri>? replicas;

    /// <summary>Ids of items, as many as the filter wants or there are.</summary>
    /// <exception cref="ProblemException">What InferenceService has against the filter; 503 when it does not answer.</exception>
    public async Task<IReadOnlyList<Guid>> FindAsync(PredictionFilter filter, string authorization, CancellationToken cancellation)
    {
        var ids = new List<Guid>();
        string? cursor = null;
        do
        {
            using var answer = await AskAsync($"/v1/predictions{filter.ToQuery(cursor)}", authorization, cancellation);
            if (answer.StatusCode == HttpStatusCode.BadRequest)
                throw ProblemException.Invalid("filter", (await answer.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("detail").GetString()!);
            var page = (await ReadAsync<Page>(answer, cancellation))!;
            ids.AddRange(page.Items.Select(item => item.Id));
            cursor = page.Next;
        }
        while (cursor is not null && ids.Count < filter.Candidates);
        return [.. ids.Take(filter.Candidates)];
    }

    /// <summary>What was predicted on; null when it is gone.</summary>
    /// <exception cref="ProblemException">503</exception>
    public async Task<PredictedInput?> InputAsync(Guid item, string authorization, CancellationToken cancellation)
    {
        using var answer = await AskAsync($"/v1/predictions/{item}", authorization, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        var found = await ReadAsync<Prediction>(answer, cancellation);
        return found!.Predictions.FirstOrDefault(p => p.Id == item)?.Input;
    }

    /// <summary>The image of an item; null when it is not kept any more.</summary>
    /// <exception cref="ProblemException">503</exception>
    public async Task<byte[]?> ImageAsync(Guid item, string authorization, CancellationToken cancellation)
    {
        using var answer = await AskAsync($"/v1/predictions/{item}/image", authorization, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        return await UnlessAwayAsync(async () =>
        {
            answer.EnsureSuccessStatusCode();
            return await answer.Content.ReadAsByteArrayAsync(cancellation);
        }, cancellation);
    }

    private static Task<T?> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellation) => UnlessAwayAsync(() =>
    {
        if (answer.StatusCode == HttpStatusCode.Forbidden)
            throw new ProblemException(StatusCodes.Status403Forbidden, "missing-scope", "Reading predictions needs the scope 'predict' or 'feedback'.");
        answer.EnsureSuccessStatusCode();
        return answer.Content.ReadFromJsonAsync<T>(cancellation);
    }, cancellation);

    /// <summary>All replicas know the same, so the next one is asked where one does not answer.</summary>
    private Task<HttpResponseMessage> AskAsync(string path, string authorization, CancellationToken cancellation) => UnlessAwayAsync(async () =>
    {
        replicas ??= configuration.ReplicaAddresses("inference");
        for (var i = 0; i < replicas.Count; i++)
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
        throw new HttpRequestException("No address of InferenceService is configured.");
    }, cancellation);

    private static async Task<T> UnlessAwayAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("inference-unavailable", "InferenceService does not answer.", TryAgain);
        }
    }

    private sealed record Page(IReadOnlyList<Item> Items, string? Next);

    private sealed record Item(Guid Id);

    private sealed record Prediction(IReadOnlyList<PredictedItem> Predictions);

    private sealed record PredictedItem(Guid? Id, PredictedInput? Input);
}

/// <param name="Kind"><c>image</c>, <c>row</c> or <c>tensor</c>.</param>
/// <param name="Metrics">What an image looks like.</param>
internal sealed record PredictedInput(string Kind, string? Object, JsonElement? Row, InputMetrics? Metrics = null);
