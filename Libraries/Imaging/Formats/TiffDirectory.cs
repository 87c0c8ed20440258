using System.Buffers.Binary;

namespace Imaging;

/// <summary>The first directory of a TIFF, classic or BigTIFF (TIFF 6.0, section 2). Nothing is trusted to lie inside the file.</summary>
internal readonly ref struct TiffDirectory
{
    private readonly ReadOnlySpan<byte> _file;
    private readonly bool _bigEndian;

    /// <exception cref="ImageRejectedException">The directory is not inside the file.</exception>
    internal TiffDirectory(ReadOnlySpan<byte> file)
    {
        if (file.Length < 16)
            throw TiffHeader.Undecodable("has no header");
        _file = file;
        _bigEndian = file[0] == 'M';
        Big = file[2] + file[3] == 43;
        var start = Big ? U64(8) : U32(4);
        var countBytes = Big ? 8 : 2;
        if (start > (ulong)(file.Length - countBytes))
            throw TiffHeader.Undecodable("has no directory");
        Start = (int)start;
        var count = Big ? U64(Start) : U16(Start);
        // The offset of the next directory closes this one.
        if (count > (ulong)((file.Length - Start - countBytes - (Big ? 8 : 4)) / EntryBytes) || file.Length - Start < countBytes + (Big ? 8 : 4))
            throw TiffHeader.Undecodable("has a directory that is cut off");
        Count = (int)count;
        Entries = Start + countBytes;
    }

    internal bool Big { get; }

    /// <summary>Where the directory begins, with its number of entries.</summary>
    internal int Start { get; }

    /// <summary>Where its first entry is.</summary>
    internal int Entries { get; }

    internal int Count { get; }

    internal int EntryBytes => Big ? 20 : 12;

    internal ushort Tag(int entry) => U16(Entries + entry * EntryBytes);

    /// <summary>The first value of a tag of whole numbers; the default where it is missing, of another type or outside the file.</summary>
    internal long Value(ushort tag, long missing)
    {
        for (var i = 0; i < Count; i++)
        {
            if (Tag(i) == tag)
                return TryValues(i, out var values) && values.Count > 0 ? values[0] : missing;
        }
        return missing;
    }

    /// <returns>False for values that are no whole numbers or not inside the file.</returns>
    internal bool TryValues(int entry, out TiffValues values)
    {
        values = default;
        var at = Entries + entry * EntryBytes;
        var bytes = U16(at + 2) switch { 1 => 1, 3 => 2, 4 => 4, 16 => 8, _ => 0 };
        var count = Big ? U64(at + 4) : U32(at + 4);
        if (bytes == 0 || count > (ulong)_file.Length)
            return false;
        var length = (long)count * bytes;
        var inline = Big ? 12 : 8;
        var start = length <= EntryBytes - inline ? (ulong)(at + inline) : Big ? U64(at + inline) : U32(at + inline);
        if (length > _file.Length || start > (ulong)(_file.Length - length))
            return false;
        values = new TiffValues(_file.Slice((int)start, (int)length), bytes, _bigEndian);
        return true;
    }

    private ushort U16(int at) => _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(_file[at..]) : BinaryPrimitives.ReadUInt16LittleEndian(_file[at..]);

    private uint U32(int at) => _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(_file[at..]) : BinaryPrimitives.ReadUInt32LittleEndian(_file[at..]);

    private ulong U64(int at) => _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(_file[at..]) : BinaryPrimitives.ReadUInt64LittleEndian(_file[at..]);
}

/// <summary>The whole numbers of one tag.</summary>
internal readonly ref struct TiffValues(ReadOnlySpan<byte> bytes, int size, bool bigEndian)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Count => size == 0 ? 0 : _bytes.Length / size;

    internal long this[int index]
    {
        get
        {
            var value = _bytes.Slice(index * size, size);
            var sum = 0L;
            for (var i = 0; i < size; i++)
                sum = sum << 8 | value[bigEndian ? i : size - 1 - i];
            return sum;
        }
    }
}
