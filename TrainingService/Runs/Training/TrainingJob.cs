using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
using TrainingService.Runs.Queue;

namespace TrainingService.Runs.Training;

/// <summary>
/// A training from its snapshot to a registered version, and on to the gates where that was asked for. Begun again after a crash it trains
/// again, and finds the version that it registered; on other rows it makes another, and that one is refused.
/// </summary>
internal sealed class TrainingJob(
    TrainingDb db, ReferenceSets references, TrainingInputs inputs, TrainerProcess trainer, RunFolders folders, TrainedModels models, Gatekeeper gatekeeper, RunReports reports, StoringPatience patience, RunMetrics metrics, TimeProvider time)
    : IRunJob
{
    public RunKind Kind => RunKind.Training;

    public async Task<RunOutcome> ExecuteAsync(Run run, Action<RunProgress> progress, CancellationToken cancellation)
    {
        var dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Number == run.Dataset, cancellation);
        var snapshot = await db.Snapshots.AsNoTracking().SingleAsync(s => s.Id == run.Snapshot, cancellation);
        var clock = new StageClock(time, metrics, progress);
        using var folder = folders.Create(run);

        clock.Begin("loading", snapshot.Rows);
        var reference = await references.EnsureAsync(dataset, snapshot, cancellation);
        var input = await inputs.WriteAsync(run, dataset, snapshot, reference, folder, progress, cancellation);
        clock.Begin("training");
        await trainer.RunAsync(folder, progress, cancellation);
        var result = JsonSerializer.Deserialize<TrainerResult>(await File.ReadAllBytesAsync(folder.Result, cancellation), TrainerOrder.Json)!;

        clock.Begin("storing");
        await inputs.RequireAsync(input, dataset, snapshot, cancellation);
        var trained = new TrainedRun(run, dataset, snapshot, reference, input, result);
        var version = await patience.DoAsync(run, () => models.RegisterAsync(trained, folder, cancellation), cancellation);
        var answers = await File.ReadAllBytesAsync(folder.Answers, cancellation);
        await patience.DoAsync(run, () => models.RecordAsync(trained, version, answers, cancellation), cancellation);
        GateDecision? decision = null;
        if (run.Request.Promote)
        {
            clock.Begin("promoting");
            decision = await patience.DoAsync(run, () => gatekeeper.DecideAsync(version, run.Id, RunHold.Of(run), run.Caller, cancellation), cancellation);
        }
        clock.Begin("reporting");
        var unreported = await patience.DoAsync(run, () => reports.WriteAsync(trained, version, decision, clock.Seconds, cancellation), cancellation);
        return new RunOutcome(version.Version, TrainingResult.Of(trained, version, decision, unreported, clock.End()), LabelReport.Of(result.Reference).Accuracy);
    }
}

/// <summary>What a training had and made.</summary>
internal sealed record TrainedRun(
    Run Run, Datasets.Dataset Dataset, Datasets.Snapshots.Snapshot Snapshot, ReferenceSet Reference, TrainingInput Input, TrainerResult Result)
{
    /// <summary>In the order of the model's answers; null where labels are numbers.</summary>
    public IReadOnlyList<string>? Classes => Input.Order.Schema is { IsNumeric: false } schema ? schema.Classes : null;
}
