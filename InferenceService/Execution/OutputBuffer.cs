namespace InferenceService.Execution;

/// <summary>Where one output of a slot's runs is found.</summary>
internal sealed class OutputBuffer(TensorSpec spec, int maxBatchSize) : IDisposable
{
    /// <summary>Null until the shape is known, and for an output whose shape depends on the data.</summary>
    public NativeBuffer? Memory { get; private set; }

    public int[] ItemShape { get; private set; } = [];

    public int ItemLength { get; private set; }

    /// <summary>The graph says the whole shape, so that no run has to tell.</summary>
    public bool IsFixed => spec.IsFixed;

    public void Shape(int[] itemShape)
    {
        if (ItemLength != 0 && ItemShape.AsSpan().SequenceEqual(itemShape))
            return;
        ItemShape = itemShape;
        ItemLength = checked((int)itemShape.Aggregate((long)spec.ElementSize, (product, side) => checked(product * side)));
    }

    public void Allocate() => Memory ??= new NativeBuffer((long)ItemLength * maxBatchSize);

    public void Dispose()
    {
        Memory?.Dispose();
        Memory = null;
    }
}
