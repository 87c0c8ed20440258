using System.Text.Json;
using System.Text.Json.Nodes;
using TrainingService.Registry;

namespace TrainingService.Embeddings;

/// <summary>
/// What of a backbone is run for training: the model up to its features. Registered beside it as a model of tensors, never live; InferenceService
/// loads it when a run asks and lets it go afterwards.
/// </summary>
/// <param name="Tensor">Of the backbone's own graph: where a trained head begins.</param>
/// <param name="Width">Numbers of an embedding, where the file tells; null where only running does.</param>
/// <param name="Sha256">Of its file, lower-case hex.</param>
internal sealed record EmbeddingModel(string Name, string Version, string Tensor, int? Width, string Sha256)
{
    public const string Task = "tensor";

    private const string Origin = "embedding";

    public static string NameFor(string backbone) => $"{backbone}{ReservedNames.EmbeddingSuffix}";

    /// <summary>One that was registered; null when it is no embedding of that backbone, or others than the service made it.</summary>
    public static EmbeddingModel? Read(ModelVersion registered, ModelVersion backbone) =>
        registered.Origin == VersionOrigin.Derived && registered.Manifest.TryGetProperty(Origin, out var origin) && origin.ValueKind == JsonValueKind.Object
            && Text(origin, "sha256") == backbone.Sha256 && Text(origin, "tensor") is { } tensor
            ? new EmbeddingModel(registered.Model, registered.Version, tensor, origin.TryGetProperty("width", out var width) ? width.GetInt32() : null, registered.Sha256)
            : null;

    /// <summary>Its <c>model.json</c>.</summary>
    /// <param name="output">Of the file: the only one that is run for.</param>
    public JsonObject ToManifest(ModelVersion backbone, string output)
    {
        var origin = new JsonObject { ["model"] = backbone.Model, ["version"] = backbone.Version, ["sha256"] = backbone.Sha256, ["tensor"] = Tensor };
        if (Width is { } width)
            origin["width"] = width;
        var manifest = new JsonObject
        {
            ["name"] = Name,
            ["version"] = Version,
            ["task"] = Task,
            ["output"] = new JsonObject { ["name"] = output },
            ["recording"] = "off",
            ["sha256"] = Sha256,
            ["description"] = $"{backbone.Model} {backbone.Version} up to its features, for training upon it.",
            [Origin] = origin,
        };
        foreach (var same in new[] { "batching", "licence", "source" })
        {
            if (backbone.Manifest.TryGetProperty(same, out var value))
                manifest[same] = JsonNode.Parse(value.GetRawText());
        }
        return manifest;
    }

    private static string? Text(JsonElement json, string member) => json.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
