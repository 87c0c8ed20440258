using InferenceService.Batching;
using InferenceService.Execution;
using InferenceService.Models;
using InferenceService.OpenInference.Requests;
using InferenceService.OpenInference.Responses;
using InferenceService.Predictions;
using InferenceSuite.Contracts;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference;

/// <summary>
/// One inference request through the engine. Each item of its batch goes into the model's queue by itself, to run in whatever
/// company it finds there; their outputs are put together again in their order.
/// </summary>
internal sealed class Inference(
    VersionLookup lookup, PredictionLog log, PredictionRecorder recorder, UploadBudget budget,
    ItemQuota quota, InferenceMetrics metrics, IOptions<OpenInferenceOptions> options)
{
    /// <exception cref="ProblemException">Says why not; nothing of a refused request is recorded.</exception>
    public async Task<InferResponse> RunAsync(PredictionRequest request, HttpRequest http, CancellationToken cancellation)
    {
        // What can't be answered is turned away before its body is read.
        var found = await lookup.GetAsync(request.Model, request.Version, request.ForService, cancellation);
        if (!request.ForService)
            found.ThrowIfSuspended();
        if (found.Manifest.Recording == Recording.Durable && !request.ForService)
            await log.EnsureAvailableAsync(cancellation);
        using var memory = new RequestMemory(budget);
        var jsonLength = OpenInferenceApi.ReadJsonLength(http);
        var body = await RequestBody.ReadAsync(http, memory, options.Value.MaxRequestBytes, cancellation);
        if (jsonLength > body.Length)
            throw ProblemException.Invalid(OpenInferenceApi.JsonLengthHeader, $"'{OpenInferenceApi.JsonLengthHeader}' says {jsonLength}; the body has {body.Length} bytes.");

        // From here on this version answers, whatever is promoted meanwhile.
        using var lease = await lookup.LeaseAsync(request.Model, request.Version, request.ForService, cancellation);
        var model = lease.Model;
        var maxBatch = Math.Min(options.Value.MaxBatch, model.Manifest.Batching.MaxQueueLength);
        var contract = TensorContract.Of(model);
        var infer = new InferRequestReader(contract, memory, maxBatch).Read(body, jsonLength);
        var input = Describe(infer, contract);
        await quota.TakeAsync(request.QuotaKey, infer.Batch, cancellation);
        var run = new PredictionRun(model.Manifest, request);
        try
        {
            var work = BatchSplit.Split(infer, contract, memory, request, cancellation);
            memory.ReturnHeld(); // the items have copies of their own: the body need not wait with them
            await RunAsync(model, work, input, run, cancellation);
            var outputs = infer.Outputs.Select(asked => Output(model, asked, run)).ToArray();
            var answer = await recorder.FinishAsync(run, cancellation);
            http.HttpContext.Response.CountItems(run.Items.Count);
            return new InferResponse(model.Manifest.Name, model.Manifest.Version, infer.Id ?? answer.Id?.ToString(), answer.Id, outputs, run);
        }
        catch
        {
            run.Dispose();
            throw;
        }
    }

    private async Task RunAsync(ServedModel model, WorkItem[] work, PredictionInput input, PredictionRun run, CancellationToken cancellation)
    {
        var items = work.Select((_, i) => run.Begin($"item {i}")).ToArray();
        if (!model.TryEnqueue(work))
        {
            foreach (var item in work)
                item.Dispose();
            metrics.Refused("queue-full");
            throw ProblemException.Unavailable(
                "queue-full", $"The queue of '{model.Manifest.Name}' is full (batching.maxQueueLength {model.Manifest.Batching.MaxQueueLength}).", TimeSpan.FromSeconds(1));
        }
        foreach (var (item, running) in items.Zip(work))
        {
            try
            {
                item.Succeed(input, decodeMs: 0, running.EnqueuedAt, await running.Completion);
            }
            catch (ModelExecutionException e)
            {
                item.Fail(e);
            }
        }
        // A tensor has no place for an error of one row: the request fails, and the failure is on record.
        if (Array.Find(items, item => item.Problem is not null) is { } failed)
        {
            await recorder.FinishAsync(run, cancellation);
            throw failed.Problem!;
        }
    }

    private static OutputTensor Output(ServedModel model, RequestedOutput asked, PredictionRun run)
    {
        var spec = model.Outputs[asked.Index];
        var rows = run.Items.Select(item => item.Result!).ToArray();
        return asked.Classes is null
            ? new RawOutput(spec, asked.Index, asked.Binary, model.HasBatchAxis, rows)
            : new ClassifiedOutput(spec, asked.Index, asked, model.HasBatchAxis, LabelsOf(model, spec), rows);
    }

    /// <summary>A package's labels are those of the output it names, or of the only one.</summary>
    private static IReadOnlyList<string> LabelsOf(ServedModel model, TensorSpec output) =>
        model.Outputs.Count == 1 || model.Manifest.Output.Name == output.Name ? model.Manifest.Labels : [];

    /// <summary>What is kept of an item's inputs: their shapes, not their values.</summary>
    private static PredictionInput Describe(InferRequest infer, TensorContract model) => new(
        "tensor",
        Bytes: infer.Inputs.Sum(input => (long)input.Data.Length) / infer.Batch,
        Shapes: infer.Inputs.ToDictionary(input => input.Spec.Name, input => model.ItemShapeOf(input.Shape)));
}
