using System.Net;
using System.Net.Http.Headers;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>
/// Inputs in StorageService, as objects of kind <c>task</c> under their owner. They expire there by themselves; the same
/// input of two tasks is one object that lives as long as the later needs.
/// </summary>
internal sealed class InputStore(HttpClient http)
{
    /// <summary>Returns when StorageService has the input durably.</summary>
    /// <exception cref="ProblemException">413, or 503 while it does not answer.</exception>
    public async Task PutAsync(string owner, string sha256, InputKind kind, Stream content, CancellationToken cancellation)
    {
        using var body = new StreamContent(content, 128 * 1024);
        body.Headers.ContentType = new MediaTypeHeaderValue(kind switch { InputKind.Zip => "application/zip", InputKind.Csv => "text/csv", _ => "application/x-ndjson" });
        try
        {
            using var response = await http.PutAsync($"/objects/{owner}/{sha256}?kind=task", body, cancellation);
            if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
                throw ProblemException.TooLarge("body", "The input is larger than StorageService takes (Storage:MaxBytes:Task), or than the room that is left to its owner (Storage:UserQuotaBytes).");
            response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService does not answer; nothing was kept.", TimeSpan.FromSeconds(5));
        }
    }

    /// <exception cref="ProblemException">422: the input is gone, its time being up. 503: StorageService does not answer.</exception>
    public async Task CopyToAsync(string owner, string sha256, Stream destination, CancellationToken cancellation)
    {
        try
        {
            using var response = await http.GetAsync($"/objects/{owner}/{sha256}", HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound)
                throw ProblemException.Unusable("body", "The input is not stored any more (Storage:Retention:Task).", "input-gone");
            response.EnsureSuccessStatusCode();
            await response.Content.CopyToAsync(destination, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or HttpIOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService does not answer.", TimeSpan.FromSeconds(5));
        }
    }
}
