using System.Diagnostics.CodeAnalysis;
using Imaging;
using InferenceService.Batching;
using InferenceService.Execution;

namespace InferenceService.Models;

/// <summary>One version of a model, loaded: its manifest, its queue and the workers that drain it, one for each slot.</summary>
public sealed class ServedModel
{
    private readonly BatchQueue queue;
    private readonly BatchWorker[] workers;
    private readonly ExecutionSlot[] slots;
    private readonly OnnxModel model;
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Suspension? suspended;
    private int leases = 1; // the host's own, until it replaces this version

    private ServedModel(ModelManifest manifest, OnnxModel model, ImagePreprocessor? preprocessor, RowEncoder? encoder, InferenceMetrics metrics)
    {
        Manifest = manifest;
        Preprocessor = preprocessor;
        RowEncoder = encoder;
        this.model = model;
        queue = new BatchQueue(new BatchLimits(model.MaxBatchSize, manifest.Batching.MaxQueueLength, manifest.Batching.MaxQueueDelay), TimeProvider.System);
        Intake = new IntakeGate(
            places: Math.Min(manifest.Batching.MaxQueueLength, 2 * model.SlotCount * model.MaxBatchSize + Environment.ProcessorCount),
            manifest.Batching.MaxQueueLength, TimeProvider.System);
        slots = [.. Enumerable.Range(0, model.SlotCount).Select(_ => model.CreateSlot())];
        workers = Array.ConvertAll(slots, slot => new BatchWorker(queue, new BatchExecution(slot, model, manifest, metrics).Run, manifest.Name));
    }

    public ModelManifest Manifest { get; }

    /// <summary>For a model that takes images.</summary>
    public ImagePreprocessor? Preprocessor { get; }

    /// <summary>For a model that takes rows.</summary>
    public RowEncoder? RowEncoder { get; }

    /// <summary>What goes in, one tensor per input.</summary>
    public IReadOnlyList<TensorSpec> Inputs => model.Inputs;

    public IReadOnlyList<TensorSpec> Outputs => model.Outputs;

    /// <summary>False: a run takes one item, whose shapes are the graph's own.</summary>
    public bool HasBatchAxis => model.HasBatchAxis;

    /// <summary>Of an item's inputs, where it is the same for all: images and rows.</summary>
    public ItemShape? Shape => model.FixedShape;

    /// <summary>Bytes of one image's or row's input.</summary>
    public int ItemBytes => (int)model.FixedShape!.ByteLength(0);

    public int MaxBatchSize => model.MaxBatchSize;

    /// <summary><c>CPU</c> or <c>CUDA:0</c>.</summary>
    public string Provider => model.Provider;

    /// <summary>For a model that takes images: who may decode now. What waits here is still an upload.</summary>
    public IntakeGate Intake { get; }

    /// <summary>Items that wait to be prepared or run.</summary>
    public int Waiting => queue.Count + Intake.Waiting;

    /// <summary>Set while it must not predict. Written by the registry's follower, read by every request.</summary>
    public Suspension? Suspended
    {
        get => suspended;
        set => suspended = value;
    }

    /// <summary>Timestamp of the last request that named this version; of interest for one that is not live.</summary>
    public long AskedForAt { get; set; }

    /// <summary>Loads the file, checks it against the manifest and runs it, so that the first caller finds it warm.</summary>
    /// <exception cref="InvalidDataException">The file and the manifest do not go together.</exception>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The file can't be loaded or run.</exception>
    public static ServedModel Load(ModelManifest manifest, string onnxPath, OnnxModelFactory models, InferenceMetrics metrics)
    {
        var preprocessor = manifest.TakesImages ? new ImagePreprocessor(ImageInputs.From(manifest.Input)) : null;
        var encoder = manifest.Columns.Count == 0 ? null : new RowEncoder(manifest.Columns);
        var model = models.Load(manifest, onnxPath, preprocessor?.Shape ?? (encoder is null ? null : [encoder.Length]));
        try
        {
            if (!manifest.TakesTensors)
                OutputDecoder.Check(manifest, ItemLengthOf(model.Outputs[0]));
            return new ServedModel(manifest, model, preprocessor, encoder, metrics);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private static int ItemLengthOf(TensorSpec tensor) => tensor.ItemShape.Aggregate(1, (product, side) => checked(product * side));

    /// <exception cref="ServiceDefaults.Problems.ProblemException">409: it is suspended.</exception>
    public void ThrowIfSuspended()
    {
        if (suspended is { } refused)
            throw refused.Refusal(Manifest);
    }

    /// <summary>For whoever holds a lease; false when the queue has no room.</summary>
    public bool TryEnqueue(IReadOnlyList<WorkItem> items) => queue.TryEnqueue(items);

    /// <summary>Keeps this version loaded until the lease is disposed; false when it is on its way out already.</summary>
    public bool TryLease([NotNullWhen(true)] out ModelLease? lease)
    {
        int held;
        do
        {
            held = Volatile.Read(ref leases);
            if (held == 0)
            {
                lease = null;
                return false;
            }
        }
        while (Interlocked.CompareExchange(ref leases, held + 1, held) != held);
        lease = new ModelLease(this);
        return true;
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref leases) == 0)
            released.TrySetResult();
    }

    /// <summary>For a version that was replaced: waits for the requests that hold it, then gives its memory back.</summary>
    public async Task RetireAsync()
    {
        Release();
        await released.Task;
        queue.Close();
        await Task.WhenAll(workers.Select(worker => worker.Stopped));
        foreach (var slot in slots)
            slot.Dispose();
        model.Dispose();
    }
}
