namespace InferenceService.Execution;

/// <summary>Shapes of one item's inputs, without the batch axis; equal ones may share a batch.</summary>
public sealed class ItemShape : IEquatable<ItemShape>
{
    private readonly int[][] dimensions;

    public ItemShape(params int[][] dimensions) => this.dimensions = dimensions;

    public bool Equals(ItemShape? other) =>
        ReferenceEquals(this, other) || (other is not null && dimensions.Zip(other.dimensions).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)));

    public override bool Equals(object? obj) => Equals(obj as ItemShape);

    public override int GetHashCode() => dimensions.Length;
}
