using System.Text.Json;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>JSON whose shape depends on the model, so that no record describes it.</summary>
internal static class JsonBodies
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 16 };

    /// <exception cref="ProblemException">400: the body is no object, or has no such property.</exception>
    public static JsonElement Property(this JsonDocument body, string name, string expected)
    {
        try
        {
            if (body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty(name, out var value))
                return value;
        }
        catch (InvalidOperationException)
        {
            // A name that is not valid Unicode is not the one asked for.
        }
        throw ProblemException.Invalid(name, expected);
    }

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
