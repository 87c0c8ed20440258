using System.Text;

namespace Onnx;

/// <summary>
/// Protobuf fields out of a seekable stream, one after the other, through a buffer of fixed size. What nobody asks for is
/// skipped without being read, so a gigabyte of weights costs a seek. Trusts nothing: no length leads past the message it is in.
/// </summary>
/// <exception cref="InvalidDataException">Thrown by every member: the bytes are no protobuf message, or end too early.</exception>
internal sealed class WireReader
{
    private const int MaxTextBytes = 4096;
    private readonly Stream stream;
    private readonly byte[] buffer = new byte[64 << 10];
    private int next, filled;
    private long bufferStart, end;
    private int wireType;
    private bool valueIsUnread;

    public WireReader(Stream stream) => (this.stream, end) = (stream, stream.Length);

    private long Position => bufferStart + next;

    /// <summary>Calls <paramref name="onField"/> with the number of each field of the message; a value it does not read is skipped.</summary>
    public void Fields(Action<int> onField)
    {
        while (Position < end)
        {
            var tag = Varint();
            wireType = (int)(tag & 7);
            if (tag >> 3 is 0 or > 536_870_911)
                throw Malformed("a field has no valid number");
            valueIsUnread = true;
            onField((int)(tag >> 3));
            if (valueIsUnread)
                Skip();
        }
    }

    /// <summary>The field's value as a message of its own.</summary>
    public void Message(Action<int> onField)
    {
        var length = Length();
        var outer = end;
        end = Position + length;
        Fields(onField);
        end = outer;
        valueIsUnread = false;
    }

    public long Int64()
    {
        Expect(0);
        return (long)Varint();
    }

    /// <summary>One value, or many if the field is packed.</summary>
    public void Int64s(Action<long> onValue)
    {
        if (wireType == 0)
        {
            onValue(Int64());
            return;
        }
        var length = Length();
        var stop = Position + length;
        while (Position < stop)
            onValue((long)Varint());
        if (Position != stop)
            throw Malformed("a number crosses the end of its list");
    }

    /// <summary>The length of a bytes field, and its content when that is not longer than <paramref name="maxBytes"/>.</summary>
    public long Bytes(int maxBytes, out byte[]? content)
    {
        var length = Length();
        content = length <= maxBytes ? new byte[length] : null;
        if (content is null)
            Advance(length);
        for (var i = 0; i < content?.Length; i++)
            content[i] = NextByte();
        return length;
    }

    public string Text()
    {
        var length = Bytes(MaxTextBytes, out var content);
        return content is not null ? Encoding.UTF8.GetString(content) : throw Malformed($"a name of {length} bytes; {MaxTextBytes} are the most");
    }

    /// <summary>Skips a bytes field, or a list. Returns its length in bytes.</summary>
    public long SkipLength()
    {
        var before = Position;
        if (wireType != 2)
        {
            Skip();
            return Position - before;
        }
        var length = Length();
        Advance(length);
        return length;
    }

    private void Skip()
    {
        valueIsUnread = false;
        switch (wireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                Advance(8);
                break;
            case 2:
                Advance(Length());
                break;
            case 5:
                Advance(4);
                break;
            default:
                throw Malformed($"wire type {wireType} does not occur in ONNX");
        }
    }

    private long Length()
    {
        Expect(2);
        var length = Varint();
        return length <= (ulong)(end - Position) ? (long)length : throw Malformed($"a field of {length} bytes in a message that has {end - Position} left");
    }

    private void Expect(int type)
    {
        if (wireType != type)
            throw Malformed($"wire type {wireType} where {type} belongs");
        valueIsUnread = false;
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var part = NextByte();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
        throw Malformed("a number of more than ten bytes");
    }

    private byte NextByte()
    {
        if (Position >= end)
            throw Malformed("the file or one of its messages ends in the middle of a field");
        if (next == filled)
        {
            bufferStart += filled;
            next = 0;
            filled = stream.Read(buffer);
            if (filled == 0)
                throw Malformed("the file ends too early");
        }
        return buffer[next++];
    }

    private void Advance(long count)
    {
        if (count > end - Position)
            throw Malformed("the file or one of its messages ends in the middle of a field");
        if (count <= filled - next)
        {
            next += (int)count;
            return;
        }
        bufferStart = Position + count;
        next = filled = 0;
        stream.Position = bufferStart;
    }

    private InvalidDataException Malformed(string what) => new($"not a readable ONNX file: {what} (byte {Position})");
}
