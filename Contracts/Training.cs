namespace InferenceSuite.Contracts;

/// <summary>A training run left the queue. Sent again when another worker had to begin anew.</summary>
/// <param name="Labels">Rows that it learns from and is judged by.</param>
[EventType("training.started")]
public sealed record TrainingStarted(Guid Run, Guid Dataset, string Model, string Learner, long Labels, DateTimeOffset Time);

/// <summary>A run trained, checked and registered a version. Whether that serves is another fact.</summary>
/// <param name="Accuracy">On the reference set, 0..1; absent where labels are numbers.</param>
/// <param name="Report">Path of its report at the gateway.</param>
[EventType("training.completed")]
public sealed record TrainingCompleted(Guid Run, Guid Dataset, string Model, string Version, double? Accuracy, string Report, DateTimeOffset Time);

/// <summary>A run ended without a version: by its data, a fault, or because somebody cancelled it.</summary>
/// <param name="Code">Short: <c>cancelled</c>, <c>bad-data</c>, <c>out-of-memory</c>, ...</param>
[EventType("training.failed")]
public sealed record TrainingFailed(Guid Run, Guid Dataset, string Model, string Code, string Reason, DateTimeOffset Time);
