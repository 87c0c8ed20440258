using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService.Datasets.Snapshots;
using TrainingService.Registry;
using TrainingService.Runs;
using TrainingService.Runs.Requests;
using TrainingService.Runs.Views;

namespace TrainingService.Compatibility;

/// <summary>Trainings of the data set <c>default</c>, one at a time, none twice on the same labels.</summary>
internal sealed class DefaultTrainings(
    TrainingDb db, DefaultDataset defaults, SnapshotMaker snapshots, RunIntake intake, WorkWatch<Run> watch, IOptions<CompatibilityOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);

    /// <summary>The training of the labels as they are: one that is under way, the one whose model serves, or a new one.</summary>
    /// <exception cref="ProblemException">409: nothing was posted. 422: it can't be learned from, or there is no such learner.</exception>
    public async Task<Run> StartAsync(string owner, string? learner, CancellationToken cancellation)
    {
        var dataset = await defaults.FindAsync(owner, cancellation) ?? throw ProblemException.Conflict("no-labels", "There is nothing to train on yet: post rows to /data/train.");
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var snapshot = (await snapshots.EnsureAsync(dataset.Id, owner, cancellation)).Snapshot; // holds the data set: of two calls at once the second finds the first's run
        var request = new RunRequest(learner ?? options.Value.Learner, Promote: true, Private: true);
        var model = await defaults.ModelAsync(dataset, cancellation);
        foreach (var run in await db.Runs.AsNoTracking().Where(r => r.Dataset == dataset.Number && r.Snapshot == snapshot.Id && r.Kind == RunKind.Training && r.Model == model)
            .OrderByDescending(r => r.Id).Take(10).ToListAsync(cancellation))
        {
            if (run.Request.Learner == request.Learner && run.Request.Promote && (run.FinishedAt is null || await ServesAsync(run, cancellation)))
                return run;
        }
        var started = await intake.TrainAsync(dataset, request, RunCause.Compatibility, model, snapshot.Id, owner, cancellation);
        await transaction.CommitAsync(cancellation);
        watch.Notify();
        return started;
    }

    /// <summary>Until it ends, or has taken longer than a call may wait.</summary>
    public async Task<Run> WaitAsync(Run run, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Look, time);
        var began = time.GetTimestamp();
        while (run.FinishedAt is null && time.GetElapsedTime(began) < options.Value.TrainWait && await timer.WaitForNextTickAsync(cancellation))
            run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run.Id, cancellation) ?? throw ProblemException.NotFound("run");
        return run;
    }

    /// <exception cref="ProblemException">404: there is none, or it is not the caller's.</exception>
    public async Task<Run> FindAsync(string owner, Guid id, CancellationToken cancellation)
    {
        var dataset = await defaults.FindAsync(owner, cancellation);
        return (dataset is null ? null : await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id && r.Dataset == dataset.Number && r.Kind == RunKind.Training, cancellation))
            ?? throw ProblemException.NotFound("training");
    }

    /// <exception cref="ProblemException">It failed, for the reason that is told.</exception>
    public async Task<TrainingKpis> KpisAsync(Run run, CancellationToken cancellation)
    {
        if (run is { Status: RunStatus.Failed or RunStatus.Cancelled, Error: var error })
            throw error is null ? ProblemException.Conflict("training-failed", "The training did not end.")
                : run.Status == RunStatus.Cancelled ? ProblemException.Conflict(error.Code, error.Message)
                : new ProblemException(StatusCodes.Status422UnprocessableEntity, error.Code, error.Message) { Field = error.Field };
        var labels = await db.Snapshots.Where(s => s.Id == run.Snapshot).Select(s => s.Rows).SingleAsync(cancellation);
        return TrainingKpis.From(RunSummary.From(run, labels));
    }

    /// <summary>Trainings of the data set, newest first.</summary>
    public async Task<TrainingHistory> HistoryAsync(string owner, RunPageQuery query, CancellationToken cancellation)
    {
        if (await defaults.FindAsync(owner, cancellation) is not { } dataset)
            return new TrainingHistory([], null);
        var page = await query.ReadAsync(db, dataset.Number, cancellation);
        return new TrainingHistory([.. page.Items.Where(run => run.Kind == RunKind.Training).Select(TrainingKpis.From)], page.Next);
    }

    private Task<bool> ServesAsync(Run run, CancellationToken cancellation) =>
        db.Versions.AnyAsync(v => v.Model == run.Model && v.Version == run.Version && v.State == VersionState.Live, cancellation);
}
