namespace Onnx;

/// <summary>A ValueInfoProto: what the graph says of the shape of an output. Open sides count as one.</summary>
internal sealed class DeclaredTensor
{
    private int elementType;

    public string Name { get; private set; } = "";

    public long Elements { get; private set; } = 1;

    public long Bytes => Size.Multiply(Elements, Size.OfElement(elementType));

    public static DeclaredTensor Read(WireReader reader)
    {
        var tensor = new DeclaredTensor();
        reader.Message(field =>
        {
            if (field == Schema.ValueInfo.Name)
                tensor.Name = reader.Text();
            else if (field == Schema.ValueInfo.Type)
                reader.Message(type => tensor.ReadType(reader, type));
        });
        return tensor;
    }

    private void ReadType(WireReader reader, int field)
    {
        if (field == Schema.Type.TensorType)
            reader.Message(inner =>
            {
                if (inner == Schema.Type.ElementType)
                    elementType = (int)reader.Int64();
                else if (inner == Schema.Type.Shape)
                    reader.Message(dimension => ReadDimension(reader, dimension));
            });
    }

    private void ReadDimension(WireReader reader, int field)
    {
        if (field == Schema.Type.Dimension)
            reader.Message(inner =>
            {
                // Some exporters write an open side as -1 or 0.
                if (inner == Schema.Type.DimensionValue && reader.Int64() is > 0 and var side)
                    Elements = Size.Multiply(Elements, side);
            });
    }
}
