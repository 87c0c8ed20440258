using System.Buffers.Binary;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>
/// Looks at a zip's end before .NET reads its directory into memory: that of a hostile file has as many entries as fit
/// into gigabytes, whatever number it admits to.
/// </summary>
public static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50, Zip64LocatorSignature = 0x07064b50, Zip64EndSignature = 0x06064b50;
    private const int EndBytes = 22, LocatorBytes = 20, Zip64EndBytes = 56, MaxComment = 0xFFFF;
    private const int BytesPerEntry = 1024; // with a long name and its extra fields

    /// <exception cref="ProblemException">413: too many entries; 422: this is no whole zip.</exception>
    public static void Check(Stream zip, IntakeOptions limits)
    {
        var maxEntries = limits.MaxZipEntries;
        var tail = ReadAt(zip, Math.Max(0, zip.Length - EndBytes - MaxComment), (int)Math.Min(zip.Length, EndBytes + MaxComment));
        var at = FindEnd(tail);
        if (at < 0)
            throw Truncated();
        var position = zip.Length - tail.Length + at;
        var end = tail.AsSpan(at);
        long entries = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]), offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        // The very condition under which .NET believes the longer record: the two must look at the same directory.
        if ((BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) == 0xFFFF || entries == 0xFFFF || offset == 0xFFFFFFFF) && position >= LocatorBytes)
            ReadZip64(zip, position - LocatorBytes, ref entries, ref offset);

        // The directory lies between its offset and this record; what it says of its own length is not believed.
        if (offset < 0 || offset > position)
            throw Truncated();
        if (entries > maxEntries || position - offset > (long)maxEntries * BytesPerEntry)
            throw ProblemException.TooLarge("body", $"The zip has {(entries > maxEntries ? $"{entries} entries" : "a directory too large")}; at most {maxEntries} entries are taken {limits.Setting("MaxZipEntries")}.");
    }

    public static ProblemException Truncated() =>
        ProblemException.Unusable("body", "The zip is damaged or cut off: its directory, which comes last, can't be read.", "broken-zip");

    private static int FindEnd(ReadOnlySpan<byte> tail)
    {
        for (var i = tail.Length - EndBytes; i >= 0; i--)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(tail[i..]) == EndSignature)
                return i;
        }
        return -1;
    }

    private static void ReadZip64(Stream zip, long locatorAt, ref long entries, ref long offset)
    {
        var locator = ReadAt(zip, locatorAt, LocatorBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != Zip64LocatorSignature)
            return;
        var at = BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8));
        if (at < 0 || at > zip.Length - Zip64EndBytes)
            throw Truncated();
        var end = ReadAt(zip, at, Zip64EndBytes);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != Zip64EndSignature)
            throw Truncated();
        entries = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(32));
        offset = BinaryPrimitives.ReadInt64LittleEndian(end.AsSpan(48));
        if (entries < 0)
            throw Truncated();
    }

    private static byte[] ReadAt(Stream zip, long position, int length)
    {
        var bytes = new byte[length];
        zip.Position = position;
        zip.ReadExactly(bytes);
        return bytes;
    }
}
