using System.Text;

namespace Onnx.Writing;

/// <summary>One field of a message: a number, or where its bytes stand in the file.</summary>
internal readonly record struct WireField(int Number, int WireType, long Value, long Offset, long Length)
{
    public long End => Offset + Length;
}

/// <summary>
/// Where the fields of messages stand in a file. Other than <see cref="WireReader"/>, which reads once from front to back, it
/// answers positions, so that pieces of the file can be copied unread.
/// </summary>
/// <exception cref="InvalidDataException">Thrown by every member: the bytes are no protobuf message.</exception>
internal sealed class WireScanner(Stream stream)
{
    private const int MaxTextBytes = 4096;
    private readonly byte[] page = new byte[64 << 10];
    private long pageStart;
    private int pageLength;

    public IEnumerable<WireField> Model() => Fields(new WireField(0, 2, 0, 0, stream.Length));

    public IEnumerable<WireField> Fields(WireField message)
    {
        Expect(message, 2);
        for (var next = message.Offset; next < message.End;)
        {
            var tag = Varint(ref next, message.End);
            var (number, wireType) = ((int)(tag >> 3), (int)(tag & 7));
            var value = wireType is 0 or 2 ? (long)Varint(ref next, message.End) : 0;
            var length = wireType switch { 0 => 0, 1 => 8, 2 => value, 5 => 4, _ => throw Malformed($"wire type {wireType}", next) };
            if (length < 0 || length > message.End - next)
                throw Malformed($"a field of {length} bytes in a message that has {message.End - next} left", next);
            yield return new WireField(number, wireType, value, next, length);
            next += length;
        }
    }

    public string Text(WireField field)
    {
        Expect(field, 2);
        if (field.Length > MaxTextBytes)
            throw Malformed($"a name of {field.Length} bytes", field.Offset);
        var bytes = new byte[field.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = At(field.Offset + i);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>One value, or all of a packed list.</summary>
    public IEnumerable<long> Numbers(WireField field)
    {
        if (field.WireType == 0)
        {
            yield return field.Value;
            yield break;
        }
        Expect(field, 2);
        for (var next = field.Offset; next < field.End;)
            yield return (long)Varint(ref next, field.End);
    }

    /// <summary>The name in a ValueInfoProto.</summary>
    public string NameOf(WireField value) => Fields(value).Where(field => field.Number == Schema.ValueInfo.Name).Select(Text).FirstOrDefault("");

    private static void Expect(WireField field, int wireType)
    {
        if (field.WireType != wireType)
            throw Malformed($"wire type {field.WireType} where {wireType} belongs", field.Offset);
    }

    private ulong Varint(ref long next, long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (next >= end)
                throw Malformed("a message ends in the middle of a field", next);
            var part = At(next++);
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw Malformed("a number of more than ten bytes", next);
    }

    private byte At(long position)
    {
        if (position < pageStart || position >= pageStart + pageLength)
        {
            stream.Position = pageStart = position;
            pageLength = stream.Read(page);
            if (pageLength == 0)
                throw Malformed("the file ends too early", position);
        }
        return page[position - pageStart];
    }

    private static InvalidDataException Malformed(string what, long position) => new($"not a readable ONNX file: {what} (byte {position})");
}
