using System.Buffers.Binary;
using System.Security.Cryptography;
using Imaging;

namespace TrainingService.Embeddings;

/// <summary>Changed copies of images. Which change a copy is follows from the image, the copy's number and the seed alone.</summary>
internal static class Augmentation
{
    private const double MaxDegrees = 15, LeastShare = 0.8, MaxBrightening = 0.25;

    /// <summary>What a copy is called in the cache: never 0, which is the image as it is.</summary>
    /// <param name="copy">From 1.</param>
    public static long Variant(int copy, ulong seed) => BinaryPrimitives.ReadInt64LittleEndian(Draw([], copy, seed)) | 1;

    /// <summary>Flipped or not, turned by up to 15°, four fifths to all of each side, up to a quarter brighter or darker.</summary>
    public static PictureChange Change(ReadOnlySpan<byte> sha256, int copy, ulong seed)
    {
        var draw = Draw(sha256, copy, seed);
        return new PictureChange(
            Flipped: Share(draw, 0) < 0.5,
            Degrees: ((2 * Share(draw, 1)) - 1) * MaxDegrees,
            Share: LeastShare + ((1 - LeastShare) * Share(draw, 2)),
            Left: Share(draw, 3),
            Top: Share(draw, 4),
            Brightness: 1 + (((2 * Share(draw, 5)) - 1) * MaxBrightening));
    }

    /// <summary>0 to below 1.</summary>
    private static double Share(ReadOnlySpan<byte> draw, int index) => BinaryPrimitives.ReadUInt32LittleEndian(draw[(index * sizeof(uint))..]) / (double)(1L << 32);

    // A hash is as good as a generator, and the same on every machine.
    private static byte[] Draw(ReadOnlySpan<byte> sha256, int copy, ulong seed)
    {
        Span<byte> source = stackalloc byte[sizeof(int) + sizeof(ulong) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteInt32LittleEndian(source, copy);
        BinaryPrimitives.WriteUInt64LittleEndian(source[sizeof(int)..], seed);
        sha256.CopyTo(source[(sizeof(int) + sizeof(ulong))..]);
        return SHA256.HashData(source[..(sizeof(int) + sizeof(ulong) + sha256.Length)]);
    }
}
