using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Runs;
using TrainingService.Runs.Queue;

namespace TrainingService.Evaluations;

/// <summary>A run that evaluates a registered version, wherever it was trained.</summary>
internal sealed class EvaluationJob(TrainingDb db, VersionEvaluator evaluator, EvaluationReports reports) : IRunJob
{
    public RunKind Kind => RunKind.Evaluation;

    public async Task<RunOutcome> ExecuteAsync(Run run, Action<RunProgress> progress, CancellationToken cancellation)
    {
        var dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Number == run.Dataset, cancellation);
        var snapshot = await db.Snapshots.AsNoTracking().SingleAsync(s => s.Id == run.Snapshot, cancellation);
        var version = await db.Versions.AsNoTracking().SingleAsync(v => v.Model == run.Model && v.Version == run.Version, cancellation);
        try
        {
            var evaluation = await evaluator.EvaluateAsync(version, dataset, snapshot, run.Id, withTest: true, progress, cancellation);
            var unreported = await reports.WriteAsync(run, dataset, snapshot, evaluation, cancellation);
            return new RunOutcome(run.Version, EvaluationFigures.Of(evaluation, dataset.Id) with { Warnings = unreported is null ? null : [unreported] });
        }
        catch (ProblemException e) when (e.Status < StatusCodes.Status500InternalServerError && !RunEnd.IsAway(e))
        {
            throw new RunFailedException(new RunError(e.Status == StatusCodes.Status409Conflict && e.Code == "inference-refused" ? "version-not-loadable" : e.Code, e.Field, e.Message), e);
        }
    }
}
