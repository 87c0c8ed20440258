using System.Buffers.Binary;

namespace Imaging;

/// <summary>Steps through a JPEG's markers as libjpeg does (ITU-T T.81, annex B).</summary>
internal ref struct JpegMarkers(ReadOnlySpan<byte> file)
{
    internal const byte EndOfImage = 0xD9;
    internal const byte StartOfScan = 0xDA;
    internal const byte App1 = 0xE1;
    internal const byte App14 = 0xEE;
    internal const byte App15 = 0xEF;
    internal const byte Comment = 0xFE;

    private readonly ReadOnlySpan<byte> _file = file;
    private int _next = 2;

    /// <summary>The marker's second byte.</summary>
    internal byte Marker { get; private set; }

    /// <summary>Where the marker's 0xFF stands.</summary>
    internal int Start { get; private set; }

    /// <summary>One past the marker and its segment.</summary>
    internal readonly int End => _next;

    /// <summary>What follows the segment's length; empty for the end of the image.</summary>
    internal ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Goes to the next marker that has a segment or ends the image; false where there is none, or a broken one.</summary>
    internal bool MoveNext()
    {
        do
        {
            if (!NextMarker())
                return false;
        }
        while (StandsAlone(Marker));

        Body = default;
        if (Marker == EndOfImage)
            return true;
        var rest = _file[_next..];
        var length = rest.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(rest);
        if (length < 2 || length > rest.Length)
            return false;
        Body = rest[2..length];
        _next += length;
        return true;
    }

    /// <summary>Fill bytes, stuffed zeros and picture data in between are skipped.</summary>
    private bool NextMarker()
    {
        while (true)
        {
            var skip = _file[_next..].IndexOf((byte)0xFF);
            if (skip < 0 || _next + skip + 1 >= _file.Length)
                return false;
            Start = _next + skip;
            Marker = _file[Start + 1];
            // A fill byte may itself begin the marker.
            _next = Start + (Marker == 0xFF ? 1 : 2);
            if (Marker is not (0x00 or 0xFF))
                return true;
        }
    }

    /// <summary>
    /// Restart markers and the start of an image have no segment. Reserved ones count as such here: libjpeg steps over them
    /// inside a scan, and a scan hidden in the "segment" behind one must be seen.
    /// </summary>
    private static bool StandsAlone(byte marker) => marker is < 0xC0 or (>= 0xD0 and <= 0xD8);
}
