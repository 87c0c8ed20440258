using System.Net;
using System.Net.Http.Headers;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>Model files in StorageService, where every replica of InferenceService can get them.</summary>
internal sealed class ModelFiles(HttpClient storage)
{
    /// <summary>Who the files belong to.</summary>
    public const string Owner = "registry";

    /// <summary>Puts the file there unless it is there.</summary>
    /// <param name="sha256">Its hash, lower-case hex.</param>
    /// <exception cref="HttpRequestException">StorageService can't take it now.</exception>
    /// <exception cref="ProblemException">422: StorageService will not take it, as it is too large for example.</exception>
    public async Task EnsureStoredAsync(string sha256, FileInfo file, CancellationToken cancellation)
    {
        var address = $"/objects/{Owner}/{sha256}";
        using var question = new HttpRequestMessage(HttpMethod.Head, address);
        using var known = await storage.SendAsync(question, cancellation);
        if (known.IsSuccessStatusCode)
            return;
        // Damaged there is as good as missing: putting it again mends it.
        if (known.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.InternalServerError))
            known.EnsureSuccessStatusCode();

        using var content = new StreamContent(file.OpenRead());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        using var stored = await storage.PutAsync($"{address}?kind=model", content, cancellation);
        if (stored.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableContent)
            throw ProblemException.Unusable("package", $"StorageService refuses model.onnx: {await stored.Content.ReadAsStringAsync(cancellation)}");
        stored.EnsureSuccessStatusCode();
    }

    /// <summary>Takes the file away; nothing happens when it is gone already.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer.</exception>
    public async Task RemoveAsync(string sha256, CancellationToken cancellation)
    {
        using var response = await storage.DeleteAsync($"/objects/{Owner}/{sha256}", cancellation);
        if (response.StatusCode != HttpStatusCode.NotFound)
            response.EnsureSuccessStatusCode();
    }
}
