using System.Text;

namespace TestSupport;

/// <summary>Writes protobuf messages byte by byte, wrong ones as well.</summary>
public sealed class Protobuf
{
    private readonly MemoryStream bytes = new();

    public byte[] ToArray() => bytes.ToArray();

    public Protobuf Number(int field, long value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)value);
        return this;
    }

    public Protobuf Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    public Protobuf Message(int field, Protobuf message) => Bytes(field, message.ToArray());

    public Protobuf Bytes(int field, byte[] content)
    {
        Header(field, (ulong)content.Length);
        bytes.Write(content);
        return this;
    }

    /// <summary>The start of a field of that length; what follows may be shorter.</summary>
    public Protobuf Header(int field, ulong length)
    {
        Varint(((ulong)field << 3) | 2);
        Varint(length);
        return this;
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            bytes.WriteByte((byte)(value | 0x80));
        bytes.WriteByte((byte)value);
    }
}
