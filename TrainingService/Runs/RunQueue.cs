namespace TrainingService.Runs;

/// <summary>Puts work into the queue.</summary>
internal sealed class RunQueue(TrainingDb db, TimeProvider time)
{
    /// <summary>
    /// Stores the run in the transaction that the context has, or one of its own, and sends for a worker after its commit. The data set's
    /// snapshot must be there; <see cref="NewRun"/> is checked by then.
    /// </summary>
    public Task<Run> EnqueueAsync(NewRun wanted, CancellationToken cancellation) => throw new NotImplementedException($"{db} {time} {wanted} {cancellation}");
}

/// <param name="Dataset">Number.</param>
/// <param name="Version">For an evaluation: what is evaluated.</param>
internal sealed record NewRun(RunKind Kind, int Dataset, Guid Snapshot, string Caller, RunCause Cause, string Model, string? Version, RunRequest Request);
