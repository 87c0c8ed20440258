namespace InferenceSuite.Contracts;

/// <summary>The registry took a new version in, as a candidate.</summary>
/// <param name="Sha256">Of the model file, lower-case hex.</param>
[EventType("model.registered")]
public sealed record ModelRegistered(string Model, string Version, string Sha256, DateTimeOffset Time);

/// <summary>A version became the live one. Every replica that serves the model follows.</summary>
/// <param name="Previous">The version that was live before, if any.</param>
/// <param name="HistoryHead">Head of the registry's hash-chained history after this change, lower-case hex.</param>
[EventType("model.promoted")]
public sealed record ModelPromoted(string Model, string Version, string? Previous, string HistoryHead, DateTimeOffset Time);

/// <summary>One replica of InferenceService loaded a version and serves it.</summary>
[EventType("model.loaded")]
public sealed record ModelLoaded(string Model, string Version, string Instance, double LoadMs, DateTimeOffset Time);

/// <summary>One replica could not load a version; what it served before, it still serves.</summary>
/// <param name="Refused">Admission said no, as it will again. False: it may load another time.</param>
[EventType("model.loadfailed")]
public sealed record ModelLoadFailed(string Model, string Version, string Instance, string Reason, DateTimeOffset Time, bool Refused = false);

/// <summary>A version did not pass the gates of its data set. What serves goes on serving.</summary>
/// <param name="Reasons">One sentence for each gate that it failed.</param>
/// <param name="HistoryHead">Head of the registry's hash-chained history after this change, lower-case hex.</param>
[EventType("model.refused")]
public sealed record ModelRefused(string Model, string Version, IReadOnlyList<string> Reasons, string HistoryHead, DateTimeOffset Time);

/// <summary>The live version is below its gate in use: prediction is refused until <see cref="ModelResumed"/>.</summary>
/// <param name="HistoryHead">Head of the registry's hash-chained history after this change, lower-case hex.</param>
[EventType("model.suspended")]
public sealed record ModelSuspended(string Model, string Version, string Reason, string HistoryHead, DateTimeOffset Time);

/// <summary>The model predicts again.</summary>
/// <param name="HistoryHead">Head of the registry's hash-chained history after this change, lower-case hex.</param>
[EventType("model.resumed")]
public sealed record ModelResumed(string Model, string Version, string HistoryHead, DateTimeOffset Time);
