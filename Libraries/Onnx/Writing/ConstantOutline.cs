namespace Onnx.Writing;

/// <summary>A constant without its data.</summary>
/// <param name="Sides">Empty for a scalar.</param>
internal sealed record ConstantOutline(string Name, IReadOnlyList<long> Sides, WireField Field)
{
    /// <exception cref="ModelRefusedException">Its data are not in the file.</exception>
    public static ConstantOutline Read(WireScanner scanner, WireField constant)
    {
        var name = "";
        List<long> sides = [];
        foreach (var field in scanner.Fields(constant))
        {
            if (field.Number == Schema.Tensor.Name)
                name = scanner.Text(field);
            else if (field.Number == Schema.Tensor.Dims)
                sides.AddRange(scanner.Numbers(field));
            else if (field.Number == Schema.Tensor.ExternalData || (field.Number == Schema.Tensor.DataLocation && field.Value != 0))
                throw new ModelRefusedException($"Constant {Text.Quoted(name)} keeps its data outside the file.");
        }
        return new ConstantOutline(name, sides, constant);
    }
}
