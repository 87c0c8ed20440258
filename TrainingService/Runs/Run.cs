using System.Text.Json;

namespace TrainingService.Runs;

/// <summary>Work on a data set that takes its time: queued, taken by a worker under a lease, ended with a result or an error.</summary>
internal sealed class Run
{
    public required Guid Id { get; init; }

    public required RunKind Kind { get; init; }

    /// <summary>The data set's number. Who sees the data set sees its runs.</summary>
    public required int Dataset { get; init; }

    public required Guid Snapshot { get; init; }

    /// <summary>Pseudonymous id of who asked for it; of a policy, who made that.</summary>
    public required string Caller { get; init; }

    public required RunCause Cause { get; init; }

    public required string Model { get; init; }

    /// <summary>What it registered, or what it evaluates.</summary>
    public string? Version { get; set; }

    public required RunRequest Request { get; init; }

    public RunStatus Status { get; set; }

    public RunProgress? Progress { get; set; }

    /// <summary>What came of it, as its job says it.</summary>
    public JsonElement? Result { get; set; }

    public RunError? Error { get; set; }

    /// <summary>Workers that were lost with it.</summary>
    public int Attempts { get; set; }

    public string? LeaseOwner { get; set; }

    /// <summary>Grows with every holder: what an earlier one still does is refused.</summary>
    public long LeaseEpoch { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>When a worker was last sent for.</summary>
    public DateTimeOffset? NotifiedAt { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }
}

internal enum RunKind { Training, Evaluation }

/// <summary>Why there is a run: somebody asked, a policy did, or one of the documents' routes.</summary>
internal enum RunCause { Request, Policy, Compatibility }

internal enum RunStatus { Queued, Running, Succeeded, Failed, Cancelled }

/// <summary>What a run is to do, as it was asked for and with what was left out filled in.</summary>
/// <param name="Learner">A name of <see cref="Learning.Learners"/>; null for an evaluation.</param>
/// <param name="Parameters">By name, as the learner lists them; those left out have their defaults.</param>
/// <param name="Grid">By name the values to try, each combination by k-fold; the best is trained. Null: no search.</param>
/// <param name="Folds">For k-fold; 0: none, unless the data set is small or there is a grid.</param>
/// <param name="Backbone">For images: the model whose embeddings are learned from; null takes the configured one.</param>
/// <param name="Augment">For images: how many changed copies of each training image are learned from besides.</param>
/// <param name="Promote">Whether the version goes live if it passes the gates.</param>
/// <param name="Private">The model serves the data set's owner alone.</param>
/// <param name="Task">Of the model; null: a classification.</param>
/// <param name="MayBind">Whoever asked may let the data set guard a model that was not trained here.</param>
internal sealed record RunRequest(
    string? Learner = null,
    IReadOnlyDictionary<string, JsonElement>? Parameters = null,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Grid = null,
    int Folds = 0,
    ulong Seed = 1,
    string? Backbone = null,
    int Augment = 0,
    bool Promote = false,
    bool Private = false,
    bool MayBind = false,
    string? Task = null);

/// <summary>How far a run is.</summary>
/// <param name="Stage"><c>loading, embedding, searching, training, evaluating, exporting, storing, promoting, reporting</c>.</param>
/// <param name="Done">Of the stage: rows, images, combinations or rounds.</param>
/// <param name="TrainLoss">Mean cross-entropy in nats after the round, of numbers the root mean squared error in their unit; absent when it is no finite number, which JSON could not say.</param>
internal sealed record RunProgress(string Stage, long Done, long Total, double? TrainLoss, double? ValidationLoss, DateTimeOffset Time)
{
    public double? TrainLoss { get; init; } = Finite(TrainLoss);

    public double? ValidationLoss { get; init; } = Finite(ValidationLoss);

    private static double? Finite(double? loss) => loss is { } value && double.IsFinite(value) ? value : null;
}

/// <param name="Code">Short: <c>bad-data, out-of-memory, export-differs, worker-lost, cancelled, ...</c></param>
/// <param name="Field">The column, parameter or part that is meant, if one is.</param>
internal sealed record RunError(string Code, string? Field, string Message);
