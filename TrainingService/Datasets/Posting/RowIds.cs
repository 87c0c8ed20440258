using System.Buffers.Binary;
using System.Security.Cryptography;

namespace TrainingService.Datasets.Posting;

/// <summary>UUIDs (version 7) in the order in which they are made, so that rows lie in the table as they came: by time, the row's number, and chance.</summary>
internal sealed class RowIds(DateTimeOffset now)
{
    private readonly long milliseconds = now.ToUnixTimeMilliseconds();
    private readonly ulong chance = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));

    public Guid Next(int row)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(bytes, milliseconds << 16);
        // 12 bits behind the version and 18 behind the variant count the rows; the other 44 are the post's own.
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], (ushort)(0x7000 | ((row >> 18) & 0x0FFF)));
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], 0x8000_0000_0000_0000 | ((ulong)(row & 0x3_FFFF) << 44) | (chance & 0xFFF_FFFF_FFFF));
        return new Guid(bytes, bigEndian: true);
    }
}
