using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Runs;
using TrainingService.Runs.Requests;

namespace TrainingService.Policies.AutoTraining;

/// <summary>
/// Queues runs by policy: when a policy's time has come, enough labels are new, and no run of it is unfinished. Snapshot, run and policy change in one
/// transaction that has the data set locked, so of several replicas one queues it, and a process that dies leaves the policy due.
/// </summary>
internal sealed partial class AutoTrainer(DatabaseMigrator migrator, IServiceScopeFactory scopes, TimeProvider time, ILogger<AutoTrainer> logger) : BackgroundService
{
    private const int PerRound = 100;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1), TryAgain = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(LookEvery);
        do
        {
            try
            {
                foreach (var dataset in await FindDueAsync(stopping))
                    await TrainAsync(dataset, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogLater(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    private async Task<List<int>> FindDueAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, now) = (scope.ServiceProvider.GetRequiredService<TrainingDb>(), time.GetUtcNow());
        return await Due(db, now).OrderBy(policy => policy.DueAt).Select(policy => policy.Dataset).Take(PerRound).ToListAsync(stopping);
    }

    private async Task TrainAsync(int dataset, CancellationToken stopping)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await QueueAsync(scope.ServiceProvider, dataset, stopping);
        }
        catch (Exception e) when (!stopping.IsCancellationRequested) // of this data set: the others have their turn
        {
            LogPostponed(logger, dataset, e.Message);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TrainingDb>().Policies.Where(policy => policy.Dataset == dataset && policy.DueAt != null)
                .ExecuteUpdateAsync(policy => policy.SetProperty(row => row.DueAt, time.GetUtcNow() + TryAgain), stopping);
        }
    }

    private async Task QueueAsync(IServiceProvider services, int number, CancellationToken stopping)
    {
        var (db, intake) = (services.GetRequiredService<TrainingDb>(), services.GetRequiredService<RunIntake>());
        await LookAtBackboneAsync(db, intake, number, stopping);
        await using var transaction = await db.Database.BeginTransactionAsync(stopping);
        // The data set first, as whoever deletes one locks them. One that is being posted to has its turn when that is over.
        var locked = await db.Datasets.FromSql($"SELECT * FROM datasets WHERE number = {number} FOR NO KEY UPDATE SKIP LOCKED").ToListAsync(stopping);
        if (locked is not [var dataset] || !await Due(db, time.GetUtcNow()).AnyAsync(policy => policy.Dataset == number, stopping))
            return;
        var policy = (await db.Policies.FromSql($"SELECT * FROM dataset_policies WHERE dataset = {number} FOR UPDATE").ToListAsync(stopping)).Single();
        var (added, ever) = await db.CountNewLabelsAsync(policy, stopping);
        (policy.DueAt, policy.PendingSince) = (null, null);
        if (policy.Policy.AutoTrain is { } auto && added >= auto.MinNewLabels && dataset.Labelled > 0)
        {
            try
            {
                var run = await intake.TrainAsync(dataset, auto.ToRequest(), RunCause.Policy, wantedModel: null, wantedSnapshot: null, policy.Caller, stopping);
                (policy.TrainedAdded, policy.Refused) = (ever, null);
                LogQueued(logger, run.Id, run.Model, added);
            }
            catch (ProblemException e) when (e.Status is StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity)
            {
                policy.Refused = new RunError(e.Code, e.Field, e.Message); // the labels still count as new: the next ones make it due again
                LogRefused(logger, number, e.Message);
            }
        }
        await db.SaveChangesAsync(stopping);
        await transaction.CommitAsync(stopping);
    }

    /// <summary>Before anything is locked, as InferenceService may take its time to tell. What is wrong with it, the intake says.</summary>
    private static async Task LookAtBackboneAsync(TrainingDb db, RunIntake intake, int dataset, CancellationToken stopping)
    {
        var policy = await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == dataset, stopping);
        if (policy?.Policy.AutoTrain is not { } auto || !await db.Datasets.AnyAsync(d => d.Number == dataset && d.Kind == DatasetKind.Image, stopping))
            return;
        try
        {
            await intake.RequireBackboneAsync(auto.Backbone, stopping);
        }
        catch (ProblemException e) when (e.Status == StatusCodes.Status422UnprocessableEntity)
        {
            // Said again below, where it goes on record.
        }
    }

    /// <summary>Policies whose time has come, but for those of which a run is unfinished: their turn is after it.</summary>
    private static IQueryable<DatasetPolicy> Due(TrainingDb db, DateTimeOffset now) => db.Policies.Where(policy =>
        policy.DueAt <= now && !db.Runs.Any(run => run.Dataset == policy.Dataset && run.Cause == RunCause.Policy && run.FinishedAt == null));

    [LoggerMessage(LogLevel.Information, "Run {Run} of {Model} is queued by policy: {Labels} labels are new")]
    private static partial void LogQueued(ILogger logger, Guid run, string model, long labels);

    [LoggerMessage(LogLevel.Warning, "The policy of data set {Dataset} queues no run until more labels come: {Reason}")]
    private static partial void LogRefused(ILogger logger, int dataset, string reason);

    [LoggerMessage(LogLevel.Warning, "The policy of data set {Dataset} queues its run later: {Reason}")]
    private static partial void LogPostponed(ILogger logger, int dataset, string reason);

    [LoggerMessage(LogLevel.Warning, "Policies are looked at later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
