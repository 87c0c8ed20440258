using System.Text.Json;
using System.Text.Json.Serialization;

namespace TrainingService.Registry;

/// <summary>One version of a model. Immutable but for its state.</summary>
internal sealed class ModelVersion
{
    public required string Model { get; init; }

    public required string Version { get; init; }

    public VersionState State { get; set; }

    public required VersionOrigin Origin { get; init; }

    /// <summary>Why it was refused, a sentence for each gate; null unless it was.</summary>
    public string[]? Refused { get; set; }

    /// <summary>The package's <c>model.json</c>.</summary>
    public required JsonElement Manifest { get; init; }

    /// <summary>Of the model file, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Size of the model file.</summary>
    public required long Bytes { get; init; }

    public JsonElement? Metrics { get; init; }

    /// <summary>Data set, label count, run, seed and parent; null for a model that was trained elsewhere.</summary>
    public JsonElement? Lineage { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it went live the last time; null when it never did.</summary>
    public DateTimeOffset? PromotedAt { get; set; }
}

[JsonConverter(typeof(JsonStringEnumConverter<VersionState>))]
internal enum VersionState
{
    /// <summary>Registered, never live.</summary>
    [JsonStringEnumMemberName("candidate")] Candidate,

    /// <summary>Serves. At most one version of a model is.</summary>
    [JsonStringEnumMemberName("live")] Live,

    /// <summary>Did not pass its gates.</summary>
    [JsonStringEnumMemberName("refused")] Refused,

    /// <summary>Was live once.</summary>
    [JsonStringEnumMemberName("archived")] Archived,
}

/// <summary>Where a version came from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VersionOrigin>))]
internal enum VersionOrigin
{
    /// <summary>From the folder of packages: trusted as whoever filled that is.</summary>
    [JsonStringEnumMemberName("imported")] Imported,

    /// <summary>Made by a run.</summary>
    [JsonStringEnumMemberName("trained")] Trained,

    [JsonStringEnumMemberName("uploaded")] Uploaded,

    /// <summary>Made by the service itself of another version, as an image model's embeddings are.</summary>
    [JsonStringEnumMemberName("derived")] Derived,
}

internal static class VersionStates
{
    public static string ToText(VersionState state) => state.ToString().ToLowerInvariant();

    public static VersionState FromText(string text) => Enum.Parse<VersionState>(text, ignoreCase: true);
}
