using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;

namespace TrainingService.Runs;

/// <summary>Puts work into the queue.</summary>
internal sealed class RunQueue(TrainingDb db, WorkWatch<Run> watch, IOptions<RunOptions> options, TimeProvider time)
{
    /// <summary>
    /// Stores the run in the transaction that the context has, or one of its own, and sends for a worker after its commit. The data set's
    /// snapshot must be there; <see cref="NewRun"/> is checked by then.
    /// </summary>
    /// <exception cref="ProblemException">429: too many runs of the data set wait already.</exception>
    public async Task<Run> EnqueueAsync(NewRun wanted, CancellationToken cancellation)
    {
        if (await db.Runs.CountAsync(run => run.Dataset == wanted.Dataset && run.FinishedAt == null, cancellation) >= options.Value.MaxOpenPerDataset)
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "too-many-runs", $"{options.Value.MaxOpenPerDataset} runs of this data set wait or run already (Runs:MaxOpenPerDataset).") { RetryAfter = TimeSpan.FromMinutes(1) };
        var now = time.GetUtcNow();
        var run = new Run
        {
            Id = Guid.CreateVersion7(now),
            Kind = wanted.Kind,
            Dataset = wanted.Dataset,
            Snapshot = wanted.Snapshot,
            Caller = wanted.Caller,
            Cause = wanted.Cause,
            Model = wanted.Model,
            Version = wanted.Version,
            Request = wanted.Request,
            Status = RunStatus.Queued,
            CreatedAt = now,
        };
        db.Add(run);
        await db.SaveChangesAsync(cancellation);
        watch.Notify(); // within somebody else's transaction too early: the watch looks again soon
        return run;
    }
}

/// <param name="Dataset">Number.</param>
/// <param name="Version">For an evaluation: what is evaluated.</param>
internal sealed record NewRun(RunKind Kind, int Dataset, Guid Snapshot, string Caller, RunCause Cause, string Model, string? Version, RunRequest Request);
