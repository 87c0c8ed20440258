using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using ServiceDefaults.Problems;

namespace TrainingService.Runs.Artifacts;

/// <summary>Objects in StorageService as runs need them: small ones put and removed, any size read.</summary>
internal sealed class ObjectFiles(HttpClient storage)
{
    /// <summary>Code of the refusal when another try would fare no better: the owner's quota is full, for example.</summary>
    public const string Refused = "storage-refused";

    /// <exception cref="HttpRequestException">StorageService does not answer, or can't now.</exception>
    /// <exception cref="ProblemException"><see cref="Refused"/>: it will not take it.</exception>
    public async Task PutAsync(string owner, string sha256, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation)
    {
        using var body = new ReadOnlyMemoryContent(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await storage.PutAsync($"/objects/{owner}/{sha256}?kind=report", body, cancellation);
        await EnsureTakenAsync(response, cancellation);
    }

    /// <summary>The content as it comes; null when there is none. The stream is the caller's to dispose.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task<Stream?> OpenAsync(string owner, string sha256, CancellationToken cancellation)
    {
        var response = await storage.GetAsync($"/objects/{owner}/{sha256}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode != HttpStatusCode.NotFound)
            return await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync(cancellation); // which has the response, and ends it
        response.Dispose();
        return null;
    }

    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task DeleteAsync(string owner, string sha256, CancellationToken cancellation)
    {
        using var response = await storage.DeleteAsync($"/objects/{owner}/{sha256}", cancellation);
        if (response.StatusCode != HttpStatusCode.NotFound)
            response.EnsureSuccessStatusCode();
    }

    /// <summary>A refused token is none of these: its key may be gone, and the next call brings another.</summary>
    private static async Task EnsureTakenAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var status = (int)response.StatusCode;
        if (status is >= 400 and < 500 and not ((int)HttpStatusCode.Unauthorized or (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests))
            throw new ProblemException(status, Refused, $"StorageService refuses it ({status}): {await ReasonAsync(response, cancellation)}");
        response.EnsureSuccessStatusCode();
    }

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<Refusal>(cancellation);
            return problem?.Detail ?? problem?.Title ?? "no reason given";
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }

    private sealed record Refusal(string? Title, string? Detail);
}
