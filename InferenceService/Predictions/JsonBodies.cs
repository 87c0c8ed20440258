using System.Text.Json;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>JSON whose shape depends on the model, so that no record describes it.</summary>
internal static class JsonBodies
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <exception cref="ProblemException">400 with line and position.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpRequest request, CancellationToken cancellation)
    {
        try
        {
            return await JsonDocument.ParseAsync(request.Body, Options, cancellation);
        }
        catch (JsonException e)
        {
            throw ProblemException.Invalid("body", $"The JSON can't be read: {e.Message}");
        }
    }
}
