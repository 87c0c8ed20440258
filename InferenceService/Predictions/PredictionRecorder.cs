using System.Diagnostics;
using System.Text.Json;
using InferenceService.Models;
using InferenceSuite.Contracts;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;
using ServiceDefaults.Telemetry;

namespace InferenceService.Predictions;

/// <summary>The end of a run: from raw outputs to facts, from facts to a commit, from the commit to the answer.</summary>
public sealed partial class PredictionRecorder(PredictionLog log, InferenceMetrics metrics, TimeProvider time, ILogger<PredictionRecorder> logger)
{
    /// <summary>Returns the answer once it may leave, which for a recorded model means: once it is durable.</summary>
    /// <exception cref="ProblemException">No item succeeded, or the database went away.</exception>
    public async Task<PredictionAnswer> FinishAsync(PredictionRun run, CancellationToken cancellation)
    {
        var (requestId, outcomes, entry) = Conclude(run);
        var recordMs = 0.0;
        if (entry is not null)
        {
            var started = Stopwatch.GetTimestamp();
            using (SuiteTelemetry.Source.StartActivity("record"))
                await log.RecordAsync(entry, cancellation);
            recordMs = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        metrics.Answered(run, time.GetUtcNow());
        ThrowIfNoneSucceeded(run);

        var answers = run.Items.Zip(outcomes, (item, outcome) => outcome is null
            ? new ItemAnswer { Error = item.Problem!.ToDetails() }
            : new ItemAnswer
            {
                Id = run.IsRecorded ? outcome.Id : null,
                Label = outcome.Label,
                Confidence = outcome.Confidence,
                Score = outcome.Score,
                Scores = outcome.Scores?.Take(run.Request.Top).ToArray(),
                Input = outcome.Input,
            });
        var timings = PredictionAnswer.Slowest(outcomes.OfType<PredictionMade>().Select(outcome => outcome.Timings)) with { RecordMs = Round(recordMs), TotalMs = Round(Stopwatch.GetElapsedTime(run.StartedAt).TotalMilliseconds) };
        return new PredictionAnswer(run.IsRecorded ? requestId : null, run.Manifest.Name, run.Manifest.Version, [.. answers], timings);
    }

    /// <summary>What a run has come to, not on record yet.</summary>
    internal RunConclusion Conclude(PredictionRun run)
    {
        var now = time.GetUtcNow();
        var requestId = Guid.CreateVersion7(now);
        var outcomes = run.Items.Select(item => item.Result is null ? null : Decide(run, item, requestId, now)).ToArray();
        foreach (var failure in run.Items.Select(item => item.ExecutionFailure).OfType<Batching.ModelExecutionException>())
            LogExecutionFailed(logger, run.Manifest.Name, run.Manifest.Version, failure.InnerException!);
        return new RunConclusion(requestId, outcomes, run.IsRecorded ? Entry(run, outcomes, requestId, now) : null);
    }

    private PredictionMade Decide(PredictionRun run, RunItem item, Guid requestId, DateTimeOffset now)
    {
        var manifest = run.Manifest;
        var scored = manifest.Task == ModelTask.TabularRegression;
        var scores = scored || manifest.TakesTensors ? null : OutputDecoder.Classify(manifest, item.Result!.Floats(), Math.Max(run.Request.Top, PredictionRecord.KeptScores));
        var timings = new PredictionTimings(
            Round(item.DecodeMs), Round(item.QueueMs), Round(item.ExecuteMs), RecordMs: 0,
            Round(Stopwatch.GetElapsedTime(run.StartedAt).TotalMilliseconds), item.Result!.BatchSize);
        metrics.Predicted(manifest.Name, manifest.Version, TimeSpan.FromMilliseconds(item.QueueMs), scores?[0].Confidence);
        return new PredictionMade(
            Guid.CreateVersion7(now), requestId, run.Request.Caller, manifest.Name, manifest.Version, JsonNamingPolicy.KebabCaseLower.ConvertName(manifest.Task.ToString()),
            scores?[0].Label, scores?[0].Confidence, scored ? OutputDecoder.Score(manifest, item.Result.Floats()) : null, scores,
            item.Input!, timings, now);
    }

    private LogEntry? Entry(PredictionRun run, PredictionMade?[] outcomes, Guid requestId, DateTimeOffset now)
    {
        var rows = new List<PredictionRecord>();
        var facts = new List<OutboxMessage>();
        foreach (var (index, (item, outcome)) in run.Items.Zip(outcomes).Index())
        {
            if (outcome is not null)
            {
                var kept = outcome with { Scores = outcome.Scores?.Take(PredictionRecord.KeptScores).ToArray() };
                rows.Add(PredictionRecord.From(kept, index, run.Request.ClientAddress));
                facts.Add(OutboxMessage.From(kept, outcome.Id.ToString(), now));
            }
            else if (item.ExecutionFailure is not null)
            {
                var failed = new PredictionFailed(Guid.CreateVersion7(now), requestId, run.Request.Caller, run.Manifest.Name, run.Manifest.Version, "execution-failed", now);
                facts.Add(OutboxMessage.From(failed, failed.Id.ToString(), now));
            }
        }
        var images = run.Items.Where(item => item.Result is not null).Select(item => item.PendingImage).OfType<Images.PendingImage>();
        return facts.Count == 0 ? null : new LogEntry(rows, facts, [.. images.DistinctBy(image => image.Sha256)]);
    }

    /// <summary>One item answers with its own error; several that all failed with a 422 that names each.</summary>
    private static void ThrowIfNoneSucceeded(PredictionRun run)
    {
        if (run.Items.Any(item => item.Problem is null))
            return;
        // A full queue is for all of them, and worth another try.
        if (run.Items.Count == 1 || run.Items.All(item => item.Problem!.Status >= StatusCodes.Status500InternalServerError))
            throw run.Items[0].Problem!;
        throw new ProblemException(StatusCodes.Status422UnprocessableEntity, "all-items-failed", $"None of the {run.Items.Count} items could be predicted.")
        {
            Errors = run.Items.ToDictionary(item => item.Problem!.Field ?? item.Field, item => new[] { item.Problem!.Message }),
        };
    }

    private static double Round(double milliseconds) => Math.Round(milliseconds, 2);

    [LoggerMessage(LogLevel.Error, "{Model} version {Version} failed on a well-formed item")]
    private static partial void LogExecutionFailed(ILogger logger, string model, string version, Exception reason);
}

/// <param name="Outcomes">In the order of the items; null for one that failed.</param>
/// <param name="Entry">What has to be committed before anybody hears of it; null when there is nothing to record.</param>
internal sealed record RunConclusion(Guid RequestId, IReadOnlyList<PredictionMade?> Outcomes, LogEntry? Entry);
