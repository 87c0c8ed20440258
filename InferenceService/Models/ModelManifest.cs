using System.Text.Json;
using System.Text.Json.Serialization;
using Imaging;

namespace InferenceService.Models;

/// <summary>What <c>model.json</c> of a package says: what goes in, what comes out, how to serve it. See docs/models.md.</summary>
public sealed record ModelManifest
{
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required ModelTask Task { get; init; }

    /// <summary>Names of the classes in the order of the output's last axis.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    public InputSpec Input { get; init; } = new();

    /// <summary>For a tabular task: the columns of a row, in the order of the model's input.</summary>
    public IReadOnlyList<ColumnSpec> Columns { get; init; } = [];

    /// <summary>Required, except for a model of tensors, whose graph says what it gives.</summary>
    public OutputSpec Output { get; init; } = new("");
    public BatchingSpec Batching { get; init; } = new();
    public Recording Recording { get; init; } = Recording.Durable;

    /// <summary>Pseudonymous id of the only one whom the model serves; absent: it serves everybody.</summary>
    public string? Owner { get; init; }

    public string? Description { get; init; }
    public string? Licence { get; init; }
    public string? Source { get; init; }

    /// <summary>Of <c>model.onnx</c>, lower-case hex.</summary>
    public required string Sha256 { get; init; }

    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    [JsonIgnore]
    public bool TakesImages => !TakesTensors && Columns.Count == 0;

    /// <summary>Callers send the graph's inputs as they are.</summary>
    [JsonIgnore]
    public bool TakesTensors => Task == ModelTask.Tensor;

    /// <summary>Whether a caller's tensor may hold NaN and infinities. In rows NaN means a missing value, so tabular models take them unless they say otherwise.</summary>
    [JsonIgnore]
    public bool AllowsNonFinite => Input.AllowNonFinite ?? Columns.Count > 0;

    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <exception cref="InvalidDataException">A field is missing, mistyped or contradicts another; the message names it.</exception>
    public static ModelManifest Parse(JsonElement json)
    {
        try
        {
            var manifest = json.Deserialize<ModelManifest>(Json) ?? throw new InvalidDataException("model.json is null.");
            ManifestRules.Check(manifest);
            return manifest;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"model.json: {e.Message}", e);
        }
    }
}

public enum ModelTask { ImageClassification, TabularClassification, TabularRegression, FaceDetection, FaceEmbedding, Tensor }

/// <summary>Whether predictions of a model are kept. <see cref="Off"/> gives no id and takes no feedback.</summary>
public enum Recording { Durable, Off }

/// <param name="Values">For a category: what it can be; the tensor carries the index, -1 for anything else.</param>
public sealed record ColumnSpec(string Name, ColumnType Type, IReadOnlyList<string>? Values = null);

public enum ColumnType { Number, Category, Boolean }

/// <param name="Name">The graph's output <c>[N,K] float32</c>. For a model of tensors: the only one that is given; absent gives all.</param>
/// <param name="Features">A second output <c>[N,D] float32</c> with the penultimate activations, if there is one.</param>
public sealed record OutputSpec(string Name, Activation Activation = Activation.None, string? Features = null);

public enum Activation { None, Softmax, Sigmoid }

/// <param name="MaxBatchSize">For a model of tensors 1 says that its first axis does not count items.</param>
/// <param name="MaxQueueDelay">How long a batch may wait for company. Zero: a batch is what waits when a worker is free.</param>
/// <param name="MaxQueueLength">Items waiting; further ones are refused.</param>
public sealed record BatchingSpec(int MaxBatchSize = 16, TimeSpan MaxQueueDelay = default, int MaxQueueLength = 256);
