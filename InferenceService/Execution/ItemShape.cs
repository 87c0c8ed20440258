namespace InferenceService.Execution;

/// <summary>The shapes of one item's inputs, without the batch axis, and their bytes. Items that are equal in both can share a batch.</summary>
public sealed class ItemShape : IEquatable<ItemShape>
{
    private readonly int[][] dims;
    private readonly long[] byteLengths;
    private readonly int hash;

    private ItemShape(int[][] dims, long[] byteLengths)
    {
        (this.dims, this.byteLengths) = (dims, byteLengths);
        var code = new HashCode();
        foreach (var input in dims)
        {
            code.Add(input.Length);
            foreach (var side in input)
                code.Add(side);
        }
        foreach (var length in byteLengths)
            code.Add(length);
        hash = code.ToHashCode();
    }

    public int InputCount => dims.Length;

    /// <param name="dims">One shape per input, in the order of <paramref name="inputs"/>.</param>
    /// <exception cref="ArgumentException">A shape does not fit its input, or an item would be over 2 GiB; the message names the input.</exception>
    public static ItemShape Of(IReadOnlyList<TensorSpec> inputs, params int[][] dims)
    {
        if (dims.Length != inputs.Count)
            throw new ArgumentException($"{dims.Length} shapes are given for {inputs.Count} inputs.");
        var byteLengths = new long[dims.Length];
        for (var i = 0; i < dims.Length; i++)
            byteLengths[i] = Length(inputs[i], dims[i]);
        return new ItemShape(dims, byteLengths);
    }

    public ReadOnlySpan<int> Dims(int input) => dims[input];

    /// <summary>Bytes of one item's part of an input.</summary>
    public long ByteLength(int input) => byteLengths[input];

    public bool Equals(ItemShape? other)
    {
        if (ReferenceEquals(this, other))
            return true;
        if (other is null || hash != other.hash || dims.Length != other.dims.Length || !byteLengths.AsSpan().SequenceEqual(other.byteLengths))
            return false;
        for (var i = 0; i < dims.Length; i++)
        {
            if (!dims[i].AsSpan().SequenceEqual(other.dims[i]))
                return false;
        }
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as ItemShape);

    public override int GetHashCode() => hash;

    public override string ToString() => string.Join(' ', dims.Select(input => $"[{string.Join(',', input)}]"));

    private static long Length(TensorSpec input, int[] dims)
    {
        var fits = dims.Length == input.ItemShape.Length && dims.Zip(input.ItemShape).All(side => side.First >= 0 && (side.Second < 0 || side.First == side.Second));
        if (!fits)
            throw new ArgumentException($"Input {input.Name} is [{string.Join(',', dims)}] per item; the model takes [{string.Join(',', input.ItemShape)}].");
        var length = dims.Aggregate((Int128)input.ElementSize, (product, side) => Int128.Min(product * side, long.MaxValue));
        return length <= int.MaxValue ? (long)length : throw new ArgumentException($"Input {input.Name} is over 2 GiB per item.");
    }
}
