using Microsoft.ML.OnnxRuntime;

namespace InferenceService.Models;

/// <summary>
/// One ONNX Runtime session with its buffers: <c>[N, ...] float32</c> in, <c>[N, K] float32</c> out, N up to the batch limit.
/// Used by one thread at a time, which is why the buffers can be reused.
/// </summary>
public sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private readonly long[] inputShape;
    private readonly long[] outputShape;
    private readonly float[] input;
    private readonly float[] output;

    /// <param name="itemShape">Shape of one item, without N.</param>
    /// <exception cref="InvalidDataException">The graph does not take or give what the manifest says.</exception>
    /// <exception cref="OnnxRuntimeException">ONNX Runtime can't load the file.</exception>
    public OnnxModel(string path, ModelManifest manifest, int[] itemShape, int intraOpThreads)
    {
        using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = intraOpThreads, InterOpNumThreads = 1 };
        // Threads that spin while idle take the core from decoding and from the other models.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        session = new InferenceSession(path, options);
        try
        {
            inputNames = [FindInput(manifest.Input.Name)];
            outputNames = [manifest.Output.Name];
            MaxBatchSize = FixedBatchAxis() ?? manifest.Batching.MaxBatchSize;
            inputShape = [0, .. itemShape.Select(side => (long)side)];
            ItemLength = itemShape.Aggregate(1, (product, side) => product * side);
            CheckGraph(manifest.Output.Features);
            input = GC.AllocateArray<float>(MaxBatchSize * ItemLength, pinned: true);
            OutputLength = MeasureOutput();
            outputShape = [0, OutputLength];
            output = GC.AllocateArray<float>(MaxBatchSize * OutputLength, pinned: true);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int MaxBatchSize { get; }

    /// <summary>Floats of one item in the input tensor.</summary>
    public int ItemLength { get; }

    /// <summary>Floats of one item in the output tensor (K).</summary>
    public int OutputLength { get; }

    /// <summary>Where item <paramref name="index"/> of the next batch goes.</summary>
    public Span<float> InputOf(int index) => input.AsSpan(index * ItemLength, ItemLength);

    /// <summary>What the last batch gave for item <paramref name="index"/>; valid until the next run.</summary>
    public ReadOnlySpan<float> OutputOf(int index) => output.AsSpan(index * OutputLength, OutputLength);

    /// <summary>Runs the first <paramref name="count"/> items of the input buffer.</summary>
    public void Run(int count)
    {
        inputShape[0] = outputShape[0] = count;
        using var inputValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(0, count * ItemLength), inputShape);
        using var outputValue = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, output.AsMemory(0, count * OutputLength), outputShape);
        session.Run(runOptions, inputNames, [inputValue], outputNames, [outputValue]);
    }

    public void Dispose()
    {
        session.Dispose();
        runOptions.Dispose();
    }

    private string FindInput(string? named)
    {
        if (named is null && session.InputNames.Count == 1)
            return session.InputNames[0];
        return named is not null && session.InputMetadata.ContainsKey(named)
            ? named
            : throw new InvalidDataException($"model.json's input.name must be one of the model's inputs: {string.Join(", ", session.InputNames)}.");
    }

    private int? FixedBatchAxis()
    {
        var dimensions = session.InputMetadata[inputNames[0]].Dimensions;
        return dimensions.Length > 0 && dimensions[0] > 0 ? dimensions[0] : null;
    }

    private void CheckGraph(string? features)
    {
        if (features is not null && !session.OutputMetadata.ContainsKey(features))
            throw new InvalidDataException($"The model has no output named {features}, which model.json gives as its features.");
        var found = session.InputMetadata[inputNames[0]];
        if (found.ElementType != typeof(float))
            throw new InvalidDataException($"The model's input {inputNames[0]} is {found.ElementType.Name}, not float32.");
        var fits = found.Dimensions.Length == inputShape.Length
            && found.Dimensions.Skip(1).Zip(inputShape.Skip(1)).All(side => side.First < 0 || side.First == side.Second);
        if (!fits)
            throw new InvalidDataException($"The model's input {inputNames[0]} is [{string.Join(',', found.Dimensions)}]; model.json makes it [N,{string.Join(',', inputShape.Skip(1))}].");
        if (!session.OutputMetadata.TryGetValue(outputNames[0], out var answer) || answer.ElementType != typeof(float))
            throw new InvalidDataException($"The model has no float32 output named {outputNames[0]}.");
    }

    // The graph may leave K open, so one run on zeros tells; it warms the session up as well.
    private int MeasureOutput()
    {
        inputShape[0] = 1;
        using var zeros = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, input.AsMemory(0, ItemLength), inputShape);
        using var results = session.Run(runOptions, inputNames, [zeros], outputNames);
        return checked((int)results[0].GetTensorTypeAndShape().ElementCount);
    }
}
