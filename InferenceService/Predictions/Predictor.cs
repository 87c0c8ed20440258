using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using InferenceService.Batching;
using InferenceService.Images;
using InferenceService.Models;
using InferenceService.Registry;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>
/// One request through the engine: prepare the items, run them in the model's queue, record them, answer.
/// Every route that predicts, compatible ones included, comes through here.
/// </summary>
public sealed class Predictor(
    ModelHost host, VersionsOnDemand versions, ImageIntake intake, ImageCapture capture, PredictionLog log, PredictionRecorder recorder,
    ItemQuota quota, InferenceMetrics metrics, IOptions<PredictionOptions> options)
{
    /// <summary>Turns away before a body is read what can't be answered: unknown model, wrong kind of input, database away.</summary>
    /// <exception cref="ProblemException">404, 409, 415 or 503.</exception>
    public async Task AdmitAsync(PredictionRequest request, bool images, CancellationToken cancellation)
    {
        await versions.EnsureAsync(request.Model, request.Version, cancellation);
        var model = host.Get(request.Model, request.Version);
        model.ThrowIfSuspended();
        var manifest = model.Manifest;
        if (manifest.TakesTensors)
            throw ProblemException.UnsupportedType("Content-Type", $"'{request.Model}' takes tensors: POST /v2/models/{request.Model}/infer.");
        if (manifest.TakesImages != images)
            throw ProblemException.UnsupportedType("Content-Type", manifest.TakesImages
                ? $"'{request.Model}' takes images: send multipart/form-data with 'file', or an image/* body."
                : $"'{request.Model}' takes rows: send application/json with {{\"rows\": [...]}}.");
        if (images && model.Intake.IsFull)
            throw QueueFull(model);
        if (manifest.Recording == Recording.Durable)
            await log.EnsureAvailableAsync(cancellation);
    }

    public async Task<PredictionAnswer> PredictImagesAsync(PredictionRequest request, IReadOnlyList<UploadedImage> images, CancellationToken cancellation)
    {
        // From here on this version answers, whatever is promoted meanwhile.
        using var lease = await versions.LeaseAsync(request.Model, request.Version, cancellation);
        var model = lease.Model;
        await quota.TakeAsync(request.QuotaKey, images.Count, cancellation);
        using var run = new PredictionRun(model.Manifest, request);
        // The first item works on this thread; only several are worth a hop each.
        await Task.WhenAll(images.Select(image => (image, item: run.Begin(image.Field))).ToArray()
            .Select(each => images.Count == 1 ? RunImageAsync(model, run, each.image, each.item, cancellation) : Task.Run(() => RunImageAsync(model, run, each.image, each.item, cancellation), cancellation)));
        return await recorder.FinishAsync(run, cancellation);
    }

    /// <summary>One image through decoder and model; what goes wrong stays with its item. The caller leases the model.</summary>
    internal async Task RunImageAsync(ServedModel model, PredictionRun run, UploadedImage image, RunItem item, CancellationToken cancellation)
    {
        if (image.Problem is { } refused)
        {
            item.Fail(refused);
            return;
        }
        var request = run.Request;
        var keep = options.Value.KeepImages && model.Manifest.Recording == Recording.Durable;
        try
        {
            using var place = await model.Intake.EnterAsync(request.Caller, request.Priority, cancellation) ?? throw QueueFull(model);
            var prepared = await (request.Priority == Priority.Background
                ? intake.PrepareInBackgroundAsync(model, image, cancellation)
                : intake.PrepareAsync(model, image, cancellation));
            var work = new WorkItem(model.Shape!, prepared.Tensor, request.Caller, request.Priority, cancellation);
            Enqueue(model, [work]);
            // Only of an item that was let in: what is refused leaves nothing behind.
            var kept = keep
                ? capture.CaptureAsync(request.Caller, prepared.Input.Sha256!, $"image/{prepared.Input.Format}", image.Bytes, cancellation)
                : Task.FromResult(CapturedImage.NotKept);
            try
            {
                item.Succeed(prepared.Input with { Object = $"{request.Caller}/{prepared.Input.Sha256}" }, prepared.DecodeMs, work.EnqueuedAt, await work.Completion, place.Waited);
                place.Dispose(); // the next one may decode while this one is recorded
            }
            finally
            {
                item.Captured(await kept); // reads the upload's buffer, so it ends before the request does
            }
        }
        catch (ProblemException problem)
        {
            item.Fail(problem);
        }
        catch (ModelExecutionException e)
        {
            item.Fail(e);
        }
    }

    public async Task<PredictionAnswer> PredictRowsAsync(PredictionRequest request, JsonElement rows, CancellationToken cancellation)
    {
        using var lease = await versions.LeaseAsync(request.Model, request.Version, cancellation);
        var model = lease.Model;
        if (rows.ValueKind != JsonValueKind.Array || rows.GetArrayLength() == 0)
            throw ProblemException.Invalid("rows", "'rows' must be an array with at least one row.");
        var limit = Math.Min(options.Value.MaxRowsPerRequest, model.Manifest.Batching.MaxQueueLength);
        if (rows.GetArrayLength() > limit)
            throw ProblemException.TooLarge("rows", $"At most {limit} rows fit in one request.");

        await quota.TakeAsync(request.QuotaKey, rows.GetArrayLength(), cancellation);
        using var run = new PredictionRun(model.Manifest, request);
        await RunRowsAsync(model, run, rows.EnumerateArray().Select((row, index) => (run.Begin($"rows[{index}]"), index, row)), cancellation);
        return await recorder.FinishAsync(run, cancellation);
    }

    /// <summary>Rows through encoder and model; what is wrong with one stays with its item. The caller leases the model.</summary>
    /// <exception cref="ProblemException">503: the queue has no room for them; none was run.</exception>
    internal async Task RunRowsAsync(ServedModel model, PredictionRun run, IEnumerable<(RunItem Item, int Index, JsonElement Row)> rows, CancellationToken cancellation)
    {
        var encoded = new List<(RunItem Item, JsonElement Row, WorkItem Work)>();
        foreach (var (item, index, row) in rows)
        {
            try
            {
                encoded.Add((item, row, Encode(model, row, index, run.Request, cancellation)));
            }
            catch (ProblemException problem)
            {
                item.Fail(problem);
            }
        }

        Enqueue(model, encoded.ConvertAll(entry => entry.Work));
        foreach (var (item, row, work) in encoded)
        {
            try
            {
                item.Succeed(new("row", Row: PredictionRecord.Carried(model.RowEncoder!.Understood(row))), decodeMs: 0, work.EnqueuedAt, await work.Completion);
            }
            catch (ModelExecutionException e)
            {
                item.Fail(e);
            }
        }
    }

    private static WorkItem Encode(ServedModel model, JsonElement row, int index, PredictionRequest request, CancellationToken cancellation)
    {
        var tensor = ArrayPool<byte>.Shared.Rent(model.ItemBytes);
        try
        {
            model.RowEncoder!.Write(row, index, MemoryMarshal.Cast<byte, float>(tensor.AsSpan(0, model.ItemBytes)));
            return new WorkItem(model.Shape!, tensor, request.Caller, request.Priority, cancellation);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(tensor);
            throw;
        }
    }

    /// <exception cref="ProblemException">503: the queue has no room; the items are disposed.</exception>
    private void Enqueue(ServedModel model, IReadOnlyList<WorkItem> items)
    {
        if (model.TryEnqueue(items))
            return;
        foreach (var item in items)
            item.Dispose();
        throw QueueFull(model);
    }

    private ProblemException QueueFull(ServedModel model)
    {
        metrics.Refused("queue-full");
        return ProblemException.Unavailable(
            "queue-full", $"The queue of '{model.Manifest.Name}' is full (batching.maxQueueLength {model.Manifest.Batching.MaxQueueLength}).", TimeSpan.FromSeconds(1));
    }
}
