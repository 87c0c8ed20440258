using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Registry;
using TrainingService.Runs;
using TrainingService.Serving;

namespace TrainingService.Evaluations;

/// <summary>Has InferenceService admit and load a candidate and answer one reference row, so that nothing goes live that does not serve.</summary>
internal sealed class CandidateTrial(
    TrainingDb db, ReferenceSets references, VersionAnswers answers, InferenceClient inference, IOptions<ServingOptions> options, TimeProvider time)
{
    // A replica may have been asked for the version just before it was registered, and hold on to that answer for a while.
    private static readonly TimeSpan UnknownFor = TimeSpan.FromSeconds(15), Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Null when it answers.</summary>
    public async Task<Obstacle?> TryAsync(ModelVersion version, Evaluation evaluation, Dataset dataset, CancellationToken cancellation)
    {
        if (!options.Value.TryCandidates)
            return null;
        try
        {
            await LoadAsync(version, cancellation);
            var revision = await db.Snapshots.Where(s => s.Id == evaluation.Snapshot).Select(s => s.Revision).SingleAsync(cancellation);
            var fit = await VersionOnDataset.FitAsync(db, version, dataset, revision, cancellation);
            var rows = await references.ReadAsync(dataset.Number, revision, cancellation);
            await answers.AskAsync(fit, revision, [.. rows.Take(1).Select(row => row.Id)], _ => { }, cancellation);
            return null;
        }
        catch (ProblemException e) when (e.Status is StatusCodes.Status409Conflict or StatusCodes.Status422UnprocessableEntity)
        {
            return new Obstacle($"InferenceService does not serve it: {e.Message}", MayPass: false);
        }
        catch (Exception e) when (e is HttpRequestException or ProblemException or RunFailedException)
        {
            return new Obstacle($"InferenceService can't be asked to serve it for now: {e.Message}", MayPass: true);
        }
    }
    private async Task LoadAsync(ModelVersion version, CancellationToken cancellation)
    {
        for (var since = time.GetTimestamp(); ; await Task.Delay(Pause, time, cancellation))
        {
            try
            {
                await inference.DescribeAsync(version.Model, version.Version, cancellation);
                return;
            }
            catch (ProblemException e) when (e.Status == StatusCodes.Status404NotFound && time.GetElapsedTime(since) < UnknownFor)
            {
                // Asked again.
            }
        }
    }
}
