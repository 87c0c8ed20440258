using System.Net;
using System.Net.Http.Headers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>Images of data sets in StorageService, under the data set's owner.</summary>
internal sealed class ImageStore(HttpClient storage, IServiceScopeFactory scopes, IOptions<DatasetOptions> options, TimeProvider time)
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);

    /// <summary>Remembers, before they are stored, that nobody may want them: a post can still be refused, or this process end.</summary>
    public async Task ExpectAsync(string owner, byte[][] images, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope(); // not in the request's transaction, which may be rolled back
        await scope.ServiceProvider.GetRequiredService<TrainingDb>().Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_image_checks SELECT DISTINCT {owner}, image, {time.GetUtcNow() + options.Value.ImageGrace} FROM unnest({images}) image ORDER BY image
            ON CONFLICT (owner, sha256) DO UPDATE SET due_at = excluded.due_at
            """, cancellation);
    }

    /// <exception cref="ProblemException">503: StorageService does not answer.</exception>
    public async Task PutAsync(string owner, byte[] sha256, byte[] image, CancellationToken cancellation)
    {
        using var content = new ByteArrayContent(image);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        try
        {
            using var response = await storage.PutAsync($"{PathOf(owner, sha256)}?kind=dataset", content, cancellation);
            if (response.StatusCode == HttpStatusCode.RequestEntityTooLarge)
                throw ProblemException.TooLarge("body", $"StorageService does not take the image: {await response.Content.ReadAsStringAsync(cancellation)}");
            response.EnsureSuccessStatusCode();
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService does not answer; no label was stored.", TryAgain);
        }
    }

    /// <summary>An image as it was sent; null when it is not kept any more.</summary>
    /// <exception cref="ProblemException">503: StorageService does not answer.</exception>
    public async Task<byte[]?> GetAsync(string owner, byte[] sha256, CancellationToken cancellation)
    {
        try
        {
            using var response = await storage.GetAsync(PathOf(owner, sha256), cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound)
                return null;
            response.EnsureSuccessStatusCode();
            return await response.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService does not answer.", TryAgain);
        }
    }

    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task DeleteAsync(string owner, byte[] sha256, CancellationToken cancellation)
    {
        using var response = await storage.DeleteAsync(PathOf(owner, sha256), cancellation);
        response.EnsureSuccessStatusCode();
    }

    private static string PathOf(string owner, byte[] sha256) => $"/objects/{owner}/{Convert.ToHexStringLower(sha256)}";
}
