using System.Net;
using System.Net.Http.Headers;

namespace InferenceService.Images;

/// <summary>StorageService as this service uses it: objects by owner and hash.</summary>
public sealed class ObjectStoreClient(HttpClient http)
{
    /// <summary>Returns when StorageService has the object durably. Putting the same object again is harmless.</summary>
    /// <exception cref="HttpRequestException">It does not answer or refuses.</exception>
    public async Task PutImageAsync(string owner, string sha256, string contentType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var content = new ReadOnlyMemoryContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        using var response = await http.PutAsync($"/objects/{owner}/{sha256}?kind=image", content, cancellation);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Null when there is no such object. The caller disposes the response.</summary>
    public async Task<HttpResponseMessage?> GetAsync(string owner, string sha256, CancellationToken cancellation)
    {
        var response = await http.GetAsync($"/objects/{owner}/{sha256}", HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            response.Dispose();
            return null;
        }
        response.EnsureSuccessStatusCode();
        return response;
    }

    /// <exception cref="HttpRequestException">It does not answer or has no such object.</exception>
    public async Task CopyToAsync(string owner, string sha256, Stream destination, CancellationToken cancellation)
    {
        using var response = await GetAsync(owner, sha256, cancellation)
            ?? throw new HttpRequestException($"StorageService has no object {owner}/{sha256}.", null, HttpStatusCode.NotFound);
        await response.Content.CopyToAsync(destination, cancellation);
    }
}
