using System.Net;
using System.Net.Http.Headers;

namespace TrainingService.Runs.Artifacts;

/// <summary>Objects in StorageService as runs need them: small ones put and removed, any size read.</summary>
internal sealed class ObjectFiles(HttpClient storage)
{
    /// <exception cref="HttpRequestException">StorageService does not take it.</exception>
    public async Task PutAsync(string owner, string sha256, ReadOnlyMemory<byte> content, string contentType, CancellationToken cancellation)
    {
        using var body = new ReadOnlyMemoryContent(content);
        body.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await storage.PutAsync($"/objects/{owner}/{sha256}?kind=report", body, cancellation);
        response.EnsureSuccessStatusCode();
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
}
