using System.Diagnostics;
using InferenceService.Batching;
using InferenceService.Images;
using InferenceService.Models;
using InferenceSuite.Contracts;
using ServiceDefaults.Problems;
using ServiceDefaults.Telemetry;

namespace InferenceService.Predictions;

/// <summary>One request while it is worked on: its items in their order and what became of each.</summary>
public sealed class PredictionRun(ModelManifest manifest, PredictionRequest request) : IDisposable
{
    private readonly List<RunItem> items = [];

    public ModelManifest Manifest { get; } = manifest;
    public PredictionRequest Request { get; } = request;

    /// <summary>Whether it is kept, and has ids by which it is asked for later.</summary>
    public bool IsRecorded => Manifest.Recording == Recording.Durable && !Request.ForService;

    public long StartedAt { get; } = Stopwatch.GetTimestamp();
    public IReadOnlyList<RunItem> Items => items;

    /// <summary>Adds the next item; call it in the order of the request, before the items go their ways.</summary>
    public RunItem Begin(string field)
    {
        // A task has too many items for spans of their own; its chunks have them.
        var item = new RunItem(field, traced: Request.Priority == Priority.Interactive);
        items.Add(item);
        return item;
    }

    /// <summary>Gives the outputs' buffers back; the answer was made from them by then.</summary>
    public void Dispose()
    {
        foreach (var item in items)
            item.Result?.Dispose();
    }
}

/// <summary>One item of a run. It has a result, or a problem.</summary>
/// <param name="field">How errors name it.</param>
/// <param name="traced">Whether its way shows as spans.</param>
public sealed class RunItem(string field, bool traced = true)
{
    public string Field { get; } = field;
    public PredictionInput? Input { get; private set; }
    public double DecodeMs { get; private set; }
    public WorkResult? Result { get; private set; }
    public double QueueMs { get; private set; }
    public ProblemException? Problem { get; private set; }

    /// <summary>Set when the item was fine and the model failed on it.</summary>
    public ModelExecutionException? ExecutionFailure { get; private set; }

    /// <summary>An image that has to go into the commit.</summary>
    public PendingImage? PendingImage { get; private set; }

    public double ExecuteMs => Stopwatch.GetElapsedTime(Result!.StartedAt, Result.FinishedAt).TotalMilliseconds;

    /// <param name="waited">For its turn to be decoded, before the queue.</param>
    public void Succeed(PredictionInput input, double decodeMs, long enqueuedAt, WorkResult result, TimeSpan waited = default)
    {
        (Input, DecodeMs, Result) = (input, decodeMs, result);
        QueueMs = (waited + Stopwatch.GetElapsedTime(enqueuedAt, result.StartedAt)).TotalMilliseconds;
        if (!traced)
            return;
        // The model ran on a thread that belongs to nobody's trace; its times are put into this request's here.
        Spans.Add("queue", enqueuedAt, result.StartedAt);
        Spans.Add("execute", result.StartedAt, result.FinishedAt, ("suite.batch.size", result.BatchSize));
    }

    public void Captured(CapturedImage image)
    {
        PendingImage = image.Pending;
        if (!image.IsKept && Input is not null)
            Input = Input with { Object = null };
    }

    public void Fail(ProblemException problem) => Problem = problem;

    /// <summary>Forgets a problem that was not the item's own, such as a full queue.</summary>
    public void TryAgain() => Problem = null;

    public void Fail(ModelExecutionException failure)
    {
        ExecutionFailure = failure;
        Problem = new ProblemException(StatusCodes.Status500InternalServerError, "execution-failed", $"{failure.Message} The input was well-formed; this is the model's fault.");
    }
}
