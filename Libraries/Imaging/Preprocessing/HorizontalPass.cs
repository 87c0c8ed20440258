using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Imaging;

/// <summary>
/// Resizes rows. Each output value is (rounding + Σ weight · pixel) >> precision, clamped to 0..255: all integers, so every
/// path below gives the same bits. Reads up to 16 bytes behind a row's last pixel; what is there meets zero weights.
/// </summary>
internal static unsafe class HorizontalPass
{
    /// <param name="source">First needed row.</param>
    /// <param name="sourceStride">Bytes from one source row to the next.</param>
    /// <param name="target">Rows of taps.Outputs × channels bytes, without padding.</param>
    /// <param name="rows">Rows to resize.</param>
    /// <param name="channels">1 or 3.</param>
    /// <param name="taps">The x axis.</param>
    /// <param name="packed">The same weights, packed.</param>
    /// <param name="vectors">False takes the portable path.</param>
    internal static void Run(byte* source, nint sourceStride, byte* target, int rows, int channels, FilterTaps taps, PackedWeights packed, bool vectors = true)
    {
        var targetStride = (nint)taps.Outputs * channels;
        if (channels == 1)
        {
            for (var y = 0; y < rows; y++)
                GrayRow(source + y * sourceStride, target + y * targetStride, taps);
        }
        else if (vectors && Avx2.IsSupported)
        {
            for (var y = 0; y < rows; y += 2)
            {
                // An odd last row is computed twice rather than by a second kernel.
                var next = y + 1 < rows ? 1 : 0;
                TwoColourRows(source + y * sourceStride, next * sourceStride, target + y * targetStride, next * targetStride, taps, packed);
            }
        }
        else
        {
            for (var y = 0; y < rows; y++)
                ColourRow(source + y * sourceStride, target + y * targetStride, taps);
        }
    }

    private static void GrayRow(byte* source, byte* target, FilterTaps taps)
    {
        fixed (int* starts = taps.Starts, counts = taps.Counts, weights = taps.Weights)
        {
            for (var i = 0; i < taps.Outputs; i++)
            {
                var pixel = source + starts[i];
                var weight = weights + (nint)i * taps.Stride;
                var sum = Vector128<int>.Zero;
                for (var t = 0; t < counts[i]; t += FilterTaps.Group)
                    sum += FourBytes(pixel + t) * Vector128.Load(weight + t);
                target[i] = Clamp(FilterTaps.Rounding + Vector128.Sum(sum));
            }
        }
    }

    private static void ColourRow(byte* source, byte* target, FilterTaps taps)
    {
        fixed (int* starts = taps.Starts, counts = taps.Counts, weights = taps.Weights)
        {
            for (var i = 0; i < taps.Outputs; i++, target += 3)
            {
                var pixel = source + (nint)starts[i] * 3;
                var weight = weights + (nint)i * taps.Stride;
                var sum = Vector128.Create(FilterTaps.Rounding);
                for (var t = 0; t < counts[i]; t++, pixel += 3)
                    sum += FourBytes(pixel) * weight[t];
                target[0] = Clamp(sum[0]);
                target[1] = Clamp(sum[1]);
                target[2] = Clamp(sum[2]);
            }
        }
    }

    /// <summary>
    /// Four source pixels a step: shuffled to 16-bit pairs per channel, multiplied and added in pairs. The weights have 24
    /// bits and the multiplier takes 16, so they come in two parts, high · 2^12 + low. A sum that wraps around wraps back.
    /// </summary>
    private static void TwoColourRows(byte* source, nint sourceStride, byte* target, nint targetStride, FilterTaps taps, PackedWeights packed)
    {
        const byte no = 0x80;
        var pixelPairs = Vector256.Create(
            0, no, 3, no, 1, no, 4, no, 2, no, 5, no, no, no, no, no,
            6, no, 9, no, 7, no, 10, no, 8, no, 11, no, no, no, no, no);
        var highPairs = Vector256.Create(
            0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, no, no, no, no,
            4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, no, no, no, no);
        var lowPairs = Vector256.Create(
            8, 9, 10, 11, 8, 9, 10, 11, 8, 9, 10, 11, no, no, no, no,
            12, 13, 14, 15, 12, 13, 14, 15, 12, 13, 14, 15, no, no, no, no);

        var outputs = taps.Outputs;
        fixed (int* starts = taps.Starts, counts = taps.Counts)
        fixed (short* weights = packed.Values)
        {
            for (var i = 0; i < outputs; i++, target += 3)
            {
                var (highA, lowA, highB, lowB) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
                var a = source + (nint)starts[i] * 3;
                var b = a + sourceStride;
                var weight = (byte*)(weights + (nint)i * packed.Stride);
                for (var left = counts[i]; left > 0; left -= FilterTaps.Group, a += 12, b += 12, weight += 16)
                {
                    var both = Avx2.BroadcastVector128ToVector256(weight);
                    var high = Avx2.Shuffle(both, highPairs).AsInt16();
                    var low = Avx2.Shuffle(both, lowPairs).AsInt16();
                    var pixelsA = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(a), pixelPairs).AsInt16();
                    var pixelsB = Avx2.Shuffle(Avx2.BroadcastVector128ToVector256(b), pixelPairs).AsInt16();
                    highA += Avx2.MultiplyAddAdjacent(pixelsA, high);
                    lowA += Avx2.MultiplyAddAdjacent(pixelsA, low);
                    highB += Avx2.MultiplyAddAdjacent(pixelsB, high);
                    lowB += Avx2.MultiplyAddAdjacent(pixelsB, low);
                }
                Store(target, highA, lowA);
                Store(target + targetStride, highB, lowB);
            }
        }
    }

    /// <summary>Writes the three channels of one pixel, and not a byte more: the next may be another row's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(byte* target, Vector256<int> high, Vector256<int> low)
    {
        var sum = (high << PackedWeights.LowBits) + low;
        var value = sum.GetLower() + sum.GetUpper() + Vector128.Create(FilterTaps.Rounding) >> FilterTaps.PrecisionBits;
        var words = Sse2.PackSignedSaturate(value, value);
        var bytes = Sse2.PackUnsignedSaturate(words, words).AsUInt32().ToScalar();
        Unsafe.WriteUnaligned(target, (ushort)bytes);
        target[2] = (byte)(bytes >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> FourBytes(byte* bytes) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<uint>(bytes)).AsByte())).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> FilterTaps.PrecisionBits, 0, 255);
}
