using Learning.Evaluation;

namespace TrainingService.Evaluations;

/// <summary>How good a version of a model is on a data set. A fact: never changed; of one reference the newest counts.</summary>
internal sealed record Evaluation
{
    public required Guid Id { get; init; }

    public required string Model { get; init; }

    public required string Version { get; init; }

    /// <summary>The data set's number.</summary>
    public required int Dataset { get; init; }

    /// <summary>The run that made it.</summary>
    public required Guid Run { get; init; }

    public required Guid Snapshot { get; init; }

    /// <summary>In the snapshot.</summary>
    public required long Labels { get; init; }

    /// <summary>Of the reference rows and their labels: versions compare where it is the same.</summary>
    public required string ReferenceHash { get; init; }

    /// <summary>On the fixed reference set, by which gates judge.</summary>
    public required IEvaluationReport Reference { get; init; }

    /// <summary>On the test side of the current split; absent when all rows are reference.</summary>
    public IEvaluationReport? Test { get; init; }

    /// <summary>On what was trained on; absent for a version that was trained elsewhere.</summary>
    public IEvaluationReport? Training { get; init; }

    /// <summary>By reference row in the order of their ids, as <see cref="LabelKinds.LabelKind"/> keeps them.</summary>
    public required byte[] Answers { get; init; }

    public required IReadOnlyList<string> Classes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
