using System.Text.Json;
using InferenceService.OpenInference.Requests;
using InferenceService.Predictions;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Repository;

/// <summary>What comes with a call to the repository: nothing, or a small object, whatever its declared type.</summary>
internal static class RepositoryBody
{
    private const int MaxBytes = 16 * 1024;

    /// <returns>Null when there is no body, or no such property in it.</returns>
    /// <exception cref="ProblemException">400: it is no object that can be read. 413: it is too large.</exception>
    public static async Task<JsonElement?> PropertyAsync(HttpRequest http, string name, UploadBudget budget, CancellationToken cancellation)
    {
        using var memory = new RequestMemory(budget);
        var bytes = await RequestBody.ReadAsync(http, memory, MaxBytes, cancellation);
        if (bytes.IsEmpty)
            return null;
        try
        {
            using var body = JsonDocument.Parse(bytes);
            if (body.RootElement.ValueKind != JsonValueKind.Object)
                throw ProblemException.Invalid("body", "The body must be an object.");
            return body.RootElement.TryGetProperty(name, out var value) ? value.Clone() : null;
        }
        catch (JsonException e)
        {
            throw ProblemException.Invalid("body", $"The JSON can't be read: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Invalid("body", "The body has a name that is not valid Unicode.");
        }
    }
}
