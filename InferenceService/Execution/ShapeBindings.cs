using Microsoft.ML.OnnxRuntime;

namespace InferenceService.Execution;

/// <summary>A slot's buffers for items of one shape, with a binding per batch size. Outputs are bound as soon as their shapes are known.</summary>
internal sealed class ShapeBindings : IDisposable
{
    private readonly LoadedSession session;
    private readonly ItemShape shape;
    private readonly NativeBuffer[] inputs;
    private readonly OutputBuffer[] outputs;
    private readonly BatchBinding?[] bindings;
    private IDisposableReadOnlyCollection<OrtValue>? taken;
    private bool shapesKnown;
    private bool shapesVary;

    public ShapeBindings(LoadedSession session, ItemShape shape, int maxBatchSize)
    {
        (this.session, this.shape) = (session, shape);
        inputs = [.. Enumerable.Range(0, shape.InputCount).Select(i => new NativeBuffer(shape.ByteLength(i) * maxBatchSize))];
        outputs = [.. session.Signature.Outputs.Select(output => new OutputBuffer(output, maxBatchSize))];
        bindings = new BatchBinding?[maxBatchSize + 1];
        if (Array.TrueForAll(outputs, output => output.IsFixed))
            Know(session.Signature.Outputs.Select(output => output.ItemShape));
    }

    /// <summary>When the slot used it last, in the slot's own count.</summary>
    public long UsedAt { get; set; }

    public Span<byte> Input(int input, int index)
    {
        var length = (int)shape.ByteLength(input);
        return inputs[input].Slice((long)index * length, length);
    }

    public ReadOnlySpan<byte> Output(int output, int index)
    {
        var buffer = outputs[output];
        return taken is null
            ? buffer.Memory!.Slice((long)index * buffer.ItemLength, buffer.ItemLength)
            : taken[output].GetTensorMutableRawData().Slice(index * buffer.ItemLength, buffer.ItemLength);
    }

    public ReadOnlySpan<int> OutputItemShape(int output) => outputs[output].ItemShape;

    /// <summary>From here on <see cref="Output"/> has nothing of the run before.</summary>
    public void Forget()
    {
        taken?.Dispose();
        taken = null;
    }

    public void Run(int count)
    {
        Forget();
        var binding = bindings[count] ??= new BatchBinding(session, shape, inputs, count);
        if (shapesVary || !shapesKnown)
        {
            RunAndTake(binding, count);
            return;
        }
        if (!binding.HasOutputs)
            binding.BindOutputs(outputs, count);
        try
        {
            binding.Run();
        }
        catch (OnnxRuntimeException) when (!Array.TrueForAll(outputs, output => output.IsFixed))
        {
            // Perhaps an output's shape depends on the data and has changed. If so this run gives it; if not it fails the same.
            RunAndTake(binding, count);
            shapesVary = true;
            foreach (var bound in bindings)
                bound?.Unbind();
        }
    }

    public void Dispose()
    {
        Forget();
        foreach (var binding in bindings)
            binding?.Dispose();
        foreach (var buffer in inputs)
            buffer.Dispose();
        foreach (var buffer in outputs)
            buffer.Dispose();
    }

    private void RunAndTake(BatchBinding binding, int count)
    {
        taken = binding.RunUnbound();
        Know(taken.Select((value, i) => ItemShapeOf(value, session.OutputNames[i], count)));
    }

    private void Know(IEnumerable<int[]> shapes)
    {
        foreach (var (output, itemShape) in outputs.Zip(shapes))
        {
            output.Shape(itemShape);
            if (!shapesKnown)
                output.Allocate();
        }
        shapesKnown = true;
    }

    private int[] ItemShapeOf(OrtValue value, string name, int count)
    {
        var dims = value.GetTensorTypeAndShape().Shape;
        if (!session.Signature.HasBatchAxis)
            return [.. dims.Select(side => checked((int)side))];
        if (dims.Length == 0 || dims[0] != count)
            throw new InvalidDataException($"Output {name} is [{string.Join(',', dims)}] for a batch of {count}: its first axis is not the batch.");
        return [.. dims.Skip(1).Select(side => checked((int)side))];
    }
}
