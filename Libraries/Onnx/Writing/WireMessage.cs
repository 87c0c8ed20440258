using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Onnx.Writing;

/// <summary>
/// A protobuf message being put together. It knows its length before it is written, and may hold pieces of another file,
/// which are copied through a small buffer when it is: a gigabyte of weights costs no memory.
/// </summary>
public sealed class WireMessage
{
    private const int Varint = 0, LengthDelimited = 2, Fixed32 = 5;
    private readonly List<Piece> pieces = [];
    private readonly MemoryStream tail = new();

    /// <summary>Bytes.</summary>
    public long Length => pieces.Sum(piece => piece.Length) + tail.Length;

    public WireMessage Number(int field, long value)
    {
        Tag(field, Varint);
        WriteVarint(tail, (ulong)value);
        return this;
    }

    public WireMessage Real(int field, float value)
    {
        Tag(field, Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        tail.Write(bytes);
        return this;
    }

    public WireMessage Text(int field, string text) => Bytes(field, Encoding.UTF8.GetBytes(text));

    /// <param name="content">Is kept, not copied.</param>
    public WireMessage Bytes(int field, ReadOnlyMemory<byte> content)
    {
        Tag(field, LengthDelimited);
        WriteVarint(tail, (ulong)content.Length);
        Append(new Piece(content, null, 0, content.Length));
        return this;
    }

    /// <param name="message">Complete: what is added to it later is not seen.</param>
    public WireMessage Message(int field, WireMessage message)
    {
        Tag(field, LengthDelimited);
        WriteVarint(tail, (ulong)message.Length);
        foreach (var piece in message.All())
            Append(piece);
        return this;
    }

    /// <summary>A field whose content stands in another file, which stays open until this message is written.</summary>
    public WireMessage Copy(int field, Stream source, long offset, long length)
    {
        Tag(field, LengthDelimited);
        WriteVarint(tail, (ulong)length);
        Append(new Piece(default, source, offset, length));
        return this;
    }

    /// <summary>A repeated field, packed.</summary>
    public WireMessage Numbers(int field, IEnumerable<long> values)
    {
        using var packed = new MemoryStream();
        foreach (var value in values)
            WriteVarint(packed, (ulong)value);
        return Bytes(field, packed.ToArray());
    }

    /// <inheritdoc cref="Numbers"/>
    public WireMessage Reals(int field, ReadOnlySpan<float> values) => Bytes(field, Raw(values));

    public void WriteTo(Stream destination)
    {
        foreach (var piece in All())
            piece.WriteTo(destination);
    }

    /// <summary>As the file has them: little-endian.</summary>
    internal static byte[] Raw<T>(ReadOnlySpan<T> values) where T : unmanaged => BitConverter.IsLittleEndian
        ? MemoryMarshal.AsBytes(values).ToArray()
        : throw new PlatformNotSupportedException("ONNX files are written on little-endian machines only.");

    private void Tag(int field, int wireType) => WriteVarint(tail, ((ulong)field << 3) | (uint)wireType);

    private static void WriteVarint(MemoryStream destination, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            destination.WriteByte((byte)(value | 0x80));
        destination.WriteByte((byte)value);
    }

    private void Append(Piece piece)
    {
        const int fewBytes = 4096;
        if (piece.Source is null && piece.Length < fewBytes)
        {
            tail.Write(piece.Memory.Span);
            return;
        }
        if (tail.Length > 0)
            pieces.Add(new Piece(tail.ToArray(), null, 0, tail.Length));
        tail.SetLength(0);
        pieces.Add(piece);
    }

    private IEnumerable<Piece> All() => tail.Length == 0 ? pieces : pieces.Append(new Piece(tail.ToArray(), null, 0, tail.Length));

    private sealed record Piece(ReadOnlyMemory<byte> Memory, Stream? Source, long Offset, long Length)
    {
        public void WriteTo(Stream destination)
        {
            if (Source is null)
            {
                destination.Write(Memory.Span);
                return;
            }
            Source.Position = Offset;
            var buffer = new byte[(int)Math.Min(Length, 64 << 10)];
            for (var left = Length; left > 0;)
            {
                var read = Source.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
                if (read == 0)
                    throw new EndOfStreamException("The model file that is copied from ended too early.");
                destination.Write(buffer, 0, read);
                left -= read;
            }
        }
    }
}
