namespace InferenceSuite.Contracts;

/// <summary>One item was predicted and is on record. A request with several items makes several of these.</summary>
/// <param name="Id">The item; feedback goes to this id.</param>
/// <param name="RequestId">The request that the item came with.</param>
/// <param name="Caller">Pseudonymous id of the principal. Never an e-mail or an address.</param>
/// <param name="Task">The model's task, for example <c>image-classification</c>.</param>
/// <param name="Label">The best label; null for a model that scores.</param>
/// <param name="Confidence">Of the best label, 0..1.</param>
/// <param name="Score">What a regression or ranking model answered.</param>
/// <param name="Scores">The five best labels, best first.</param>
[EventType("prediction.made")]
public sealed record PredictionMade(
    Guid Id,
    Guid RequestId,
    string Caller,
    string Model,
    string Version,
    string Task,
    string? Label,
    double? Confidence,
    double? Score,
    IReadOnlyList<LabelScore>? Scores,
    PredictionInput Input,
    PredictionTimings Timings,
    DateTimeOffset Time);

/// <summary>One item was accepted and could not be predicted, by the suite's fault rather than the input's.</summary>
/// <param name="Reason">Short and free of internals, for example <c>execution-failed</c>.</param>
[EventType("prediction.failed")]
public sealed record PredictionFailed(
    Guid Id, Guid RequestId, string Caller, string Model, string Version, string Reason, DateTimeOffset Time);

/// <param name="Confidence">0..1.</param>
public sealed record LabelScore(string Label, double Confidence);

/// <summary>What was predicted on, described rather than carried.</summary>
/// <param name="Kind"><c>image</c>, <c>row</c> or <c>tensor</c>.</param>
/// <param name="Format"><c>jpeg</c>, <c>png</c>, ... for an image.</param>
/// <param name="Width">Pixels, after orientation.</param>
/// <param name="Height">Pixels, after orientation.</param>
/// <param name="Sha256">Of the bytes received, lower-case hex; null for a row.</param>
/// <param name="Bytes">Size received.</param>
/// <param name="Object">The stored input in StorageService, <c>{owner}/{sha256}</c>; null when it is not kept.</param>
/// <param name="Row">The row itself as JSON, when it is at most 8 kB.</param>
/// <param name="Metrics">What an image looks like; null for anything else, and in events from before it was measured.</param>
/// <param name="Shapes">For tensors: the shape of each input by its name, without the batch axis.</param>
public sealed record PredictionInput(
    string Kind,
    string? Format = null,
    int? Width = null,
    int? Height = null,
    string? Sha256 = null,
    long? Bytes = null,
    string? Object = null,
    System.Text.Json.JsonElement? Row = null,
    InputMetrics? Metrics = null,
    IReadOnlyDictionary<string, int[]>? Shapes = null);

/// <summary>
/// An image in five numbers, for drift and for what confidence depends on. Measured on at most 64 × 64 pixels of the picture as
/// the model saw it (resized and cut, before normalisation), from Y, the luminance 0..255. Four decimals.
/// </summary>
/// <param name="Brightness">Mean of Y / 255, 0..1.</param>
/// <param name="Contrast">RMS contrast: standard deviation of Y / 255, 0..0.5.</param>
/// <param name="Sharpness">Variance of the Laplacian of Y, in levels²; 0 flat, small blurred, thousands for fine texture.</param>
/// <param name="Saturation">Mean of HSV's saturation, 0 gray .. 1 pure colours; 0 for a model that takes gray.</param>
/// <param name="Entropy">Of the histogram of Y, in bits, 0..8.</param>
public sealed record InputMetrics(double Brightness, double Contrast, double Sharpness, double Saturation, double Entropy);

/// <summary>Where the time of one item went, in milliseconds.</summary>
/// <param name="QueueMs">From entering the model's queue to the start of its batch.</param>
/// <param name="ExecuteMs">The batch in the model.</param>
/// <param name="RecordMs">Until the prediction was durable. Zero in an event, which is written in that same commit.</param>
/// <param name="BatchSize">Items that shared the run.</param>
public sealed record PredictionTimings(
    double DecodeMs, double QueueMs, double ExecuteMs, double RecordMs, double TotalMs, int BatchSize);
