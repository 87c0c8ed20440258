using System.Diagnostics.CodeAnalysis;
using Imaging;
using InferenceService.Batching;
using InferenceService.Execution;

namespace InferenceService.Models;

/// <summary>One version of a model, loaded: its manifest, its queue and the worker that drains it.</summary>
public sealed class ServedModel
{
    private readonly BatchQueue queue;
    private readonly BatchWorker worker;
    private readonly OnnxModel model;
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int leases = 1; // the host's own, until it replaces this version

    private ServedModel(ModelManifest manifest, OnnxModel model, ImagePreprocessor? preprocessor, RowEncoder? encoder, InferenceMetrics metrics)
    {
        Manifest = manifest;
        Preprocessor = preprocessor;
        RowEncoder = encoder;
        ItemLength = model.ItemLength;
        MaxBatchSize = model.MaxBatchSize;
        Shape = new ItemShape(preprocessor?.Shape ?? [encoder!.Length]);
        this.model = model;
        queue = new BatchQueue(new BatchLimits(model.MaxBatchSize, manifest.Batching.MaxQueueLength, manifest.Batching.MaxQueueDelay), TimeProvider.System);
        worker = new BatchWorker(queue, new BatchExecution(model, manifest, metrics).Run, manifest.Name);
    }

    public ModelManifest Manifest { get; }

    /// <summary>For a model that takes images.</summary>
    public ImagePreprocessor? Preprocessor { get; }

    /// <summary>For a model that takes rows.</summary>
    public RowEncoder? RowEncoder { get; }

    /// <summary>Of one item's input.</summary>
    public ItemShape Shape { get; }

    /// <summary>Floats of one item's input.</summary>
    public int ItemLength { get; }

    public int MaxBatchSize { get; }

    public int Waiting => queue.Count;

    /// <summary>Timestamp of the last request that named this version; of interest for one that is not live.</summary>
    public long AskedForAt { get; set; }

    /// <summary>Loads the file, checks it against the manifest and runs it once, so that the first caller finds it warm.</summary>
    /// <exception cref="InvalidDataException">The file and the manifest do not go together.</exception>
    /// <exception cref="Microsoft.ML.OnnxRuntime.OnnxRuntimeException">The file can't be loaded or run.</exception>
    public static ServedModel Load(ModelManifest manifest, string onnxPath, int intraOpThreads, InferenceMetrics metrics)
    {
        var preprocessor = manifest.TakesImages ? new ImagePreprocessor(ImageInputs.From(manifest.Input)) : null;
        var encoder = manifest.TakesImages ? null : new RowEncoder(manifest.Columns);
        var model = new OnnxModel(onnxPath, manifest, preprocessor?.Shape ?? [encoder!.Length], intraOpThreads);
        try
        {
            model.Run(1);
            OutputDecoder.Check(manifest, model.OutputLength);
            return new ServedModel(manifest, model, preprocessor, encoder, metrics);
        }
        catch
        {
            model.Dispose();
            throw;
        }
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
        await worker.Stopped;
        model.Dispose();
    }
}
