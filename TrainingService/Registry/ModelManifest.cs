using System.Text.Json;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>
/// What the registry reads in a package's <c>model.json</c>; the rest it keeps as it is, for InferenceService to judge.
/// </summary>
/// <param name="Sha256">Of the model file, lower-case hex.</param>
internal sealed record ModelManifest(string Name, string Version, string Task, string Sha256, JsonElement? Metrics, JsonElement Json)
{
    public static readonly IReadOnlyList<string> Tasks =
        ["image-classification", "tabular-classification", "tabular-regression", "face-detection", "face-embedding", "tensor"];

    /// <exception cref="ProblemException">422: not JSON, or a field is missing or malformed; names it.</exception>
    public static ModelManifest Parse(ReadOnlyMemory<byte> utf8)
    {
        var json = ReadJson(utf8);
        var manifest = new ModelManifest(
            Text(json, "name"), Text(json, "version"), Text(json, "task"), Text(json, "sha256"),
            json.TryGetProperty("metrics", out var metrics) ? metrics : null, json);
        if (!IsName(manifest.Name))
            throw Unusable("name", "must be 1 to 64 lower-case letters, digits, '.', '_' or '-', beginning with a letter or digit");
        if (!IsName(manifest.Version))
            throw Unusable("version", "must be 1 to 64 lower-case letters, digits, '.', '_' or '-', beginning with a letter or digit");
        if (!Tasks.Contains(manifest.Task))
            throw Unusable("task", $"must be one of {string.Join(", ", Tasks)}");
        if (manifest.Sha256.Length != 64 || !manifest.Sha256.All(char.IsAsciiHexDigitLower))
            throw Unusable("sha256", "must be 64 lower-case hex digits");
        return manifest;
    }

    private static JsonElement ReadJson(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw ProblemException.Unusable("manifest", "model.json must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw ProblemException.Unusable("manifest", $"model.json is not JSON: {e.Message}");
        }
    }

    private static string Text(JsonElement json, string field) =>
        json.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw Unusable(field, "must be there, as text");

    /// <summary>Whether a model or a version may be called so.</summary>
    public static bool IsName(string text) =>
        text.Length is >= 1 and <= 64
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '_' or '-')
        && char.IsAsciiLetterOrDigit(text[0]);

    private static ProblemException Unusable(string field, string must) =>
        ProblemException.Unusable(field, $"In model.json, '{field}' {must}.");
}
