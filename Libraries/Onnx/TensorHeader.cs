using System.Buffers.Binary;

namespace Onnx;

/// <summary>A TensorProto without its data: name, size, and its values when they are so few that they may be a shape.</summary>
internal sealed class TensorHeader
{
    private const int Int32 = 6, Int64 = 7;
    private readonly List<long> listed = [];
    private byte[]? raw;
    private int dataType;
    private long storedBytes;

    public string Name { get; private set; } = "";

    public long Elements { get; private set; } = 1;

    public int ElementBytes => Size.OfElement(dataType);

    public long Bytes => Size.Multiply(Elements, ElementBytes);

    /// <summary>Where its data are if not here; null when they are here.</summary>
    public string? ExternalLocation { get; private set; }

    /// <summary>More elements than its bytes can hold, even at two bits each.</summary>
    public bool IsHollow => Elements > Size.Multiply(storedBytes, 4);

    /// <summary>Empty unless it is a short list of whole numbers.</summary>
    public IReadOnlyList<long> Values => dataType switch
    {
        Int64 when raw is not null => [.. raw.Chunk(8).Where(one => one.Length == 8).Select(one => BinaryPrimitives.ReadInt64LittleEndian(one))],
        Int32 when raw is not null => [.. raw.Chunk(4).Where(one => one.Length == 4).Select(one => (long)BinaryPrimitives.ReadInt32LittleEndian(one))],
        Int64 or Int32 when listed.Count == Elements => listed,
        _ => [],
    };

    public static TensorHeader Read(WireReader reader)
    {
        var tensor = new TensorHeader();
        reader.Message(field => tensor.ReadField(reader, field));
        return tensor;
    }

    private void ReadField(WireReader reader, int field)
    {
        switch (field)
        {
            case Schema.Tensor.Dims:
                reader.Int64s(side => Elements = Size.Multiply(Elements, side));
                break;
            case Schema.Tensor.DataType:
                dataType = (int)reader.Int64();
                break;
            case Schema.Tensor.Name:
                Name = reader.Text();
                break;
            case Schema.Tensor.RawData:
                storedBytes += reader.Bytes(FewNumbers.Most * sizeof(long), out raw);
                break;
            case Schema.Tensor.Int32Data or Schema.Tensor.Int64Data:
                reader.Int64s(value =>
                {
                    storedBytes++;
                    listed.AddIfFew(value);
                });
                break;
            case Schema.Tensor.StringData:
                storedBytes += 1 + reader.SkipLength(); // an empty string is an element too
                break;
            case Schema.Tensor.FloatData or Schema.Tensor.DoubleData or Schema.Tensor.Uint64Data:
                storedBytes += reader.SkipLength();
                break;
            case Schema.Tensor.ExternalData:
                ReadExternal(reader);
                break;
            case Schema.Tensor.DataLocation:
                if (reader.Int64() != 0)
                    ExternalLocation ??= "";
                break;
        }
    }

    private void ReadExternal(WireReader reader)
    {
        var (key, value) = ("", "");
        reader.Message(field =>
        {
            if (field == Schema.StringPair.Key)
                key = reader.Text();
            else if (field == Schema.StringPair.Value)
                value = reader.Text();
        });
        ExternalLocation = key == "location" ? value : ExternalLocation ?? "";
    }
}
