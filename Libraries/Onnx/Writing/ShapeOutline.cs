namespace Onnx.Writing;

/// <summary>What a ValueInfoProto says of a tensor's sides, as far as the file says anything.</summary>
internal sealed record ShapeOutline(IReadOnlyList<ShapeOutline.Side> Sides)
{
    /// <summary>Length of the first axis by its name, where it is open: tensors of one name there belong together.</summary>
    public string? Batch => Sides is [{ Length: null } first, ..] ? first.Name : null;

    /// <summary>Numbers of one item, which the first axis counts; null where a side is open.</summary>
    public int? ItemLength => Sides.Count < 2 || Sides.Skip(1).Any(side => side.Length is null) ? null
        : (int)Math.Min(int.MaxValue, Sides.Skip(1).Aggregate(1L, (product, side) => Size.Multiply(product, side.Length!.Value)));

    public static ShapeOutline Read(WireScanner scanner, WireField value) => new(
    [
        .. Inside(scanner, [value], Schema.ValueInfo.Type, Schema.Type.TensorType, Schema.Type.Shape, Schema.Type.Dimension).Select(dimension => Side.Read(scanner, dimension)),
    ]);

    private static IEnumerable<WireField> Inside(WireScanner scanner, IEnumerable<WireField> messages, params ReadOnlySpan<int> path)
    {
        foreach (var number in path)
            messages = [.. messages.SelectMany(scanner.Fields).Where(field => field.Number == number)];
        return messages;
    }

    /// <param name="Length">Null: open.</param>
    /// <param name="Name">Of an open side; empty where it has none.</param>
    internal sealed record Side(long? Length, string Name)
    {
        public static Side Read(WireScanner scanner, WireField dimension)
        {
            var side = new Side(null, "");
            foreach (var field in scanner.Fields(dimension))
            {
                if (field.Number == Schema.Type.DimensionValue && field.Value > 0) // some exporters write an open side as -1 or 0
                    side = side with { Length = field.Value };
                else if (field.Number == WritingSchema.Type.DimensionName)
                    side = side with { Name = scanner.Text(field) };
            }
            return side;
        }
    }
}
