using System.Runtime.Intrinsics;

namespace Imaging;

/// <summary>Resizes columns: each output row is a weighted sum of whole source rows, so it runs along the row whatever the channels.</summary>
internal static unsafe class VerticalPass
{
    /// <param name="source">The first row that any weight belongs to, and those below it.</param>
    /// <param name="length">Bytes per row.</param>
    /// <param name="target">As many rows as the axis has outputs.</param>
    /// <param name="taps">The y axis.</param>
    internal static void Run(byte* source, int length, byte* target, FilterTaps taps)
    {
        var first = taps.Range.First;
        for (var y = 0; y < taps.Outputs; y++, target += length)
            Row(source + (nint)(taps.Starts[y] - first) * length, length, target, taps.Weights.Slice(y * taps.Stride, taps.Counts[y]));
    }

    /// <param name="source">The source row that the first weight belongs to.</param>
    /// <param name="length">Bytes per row.</param>
    /// <param name="target">One row.</param>
    /// <param name="weights">One per source row.</param>
    internal static void Row(byte* source, int length, byte* target, ReadOnlySpan<int> weights)
    {
        var x = 0;
        for (; x + Vector128<byte>.Count <= length; x += Vector128<byte>.Count)
            Block(source + x, length, weights).Store(target + x);
        for (; x < length; x++)
        {
            var sum = FilterTaps.Rounding;
            for (var t = 0; t < weights.Length; t++)
                sum += source[x + (nint)t * length] * weights[t];
            target[x] = (byte)Math.Clamp(sum >> FilterTaps.PrecisionBits, 0, 255);
        }
    }

    /// <summary>Sixteen values at once.</summary>
    private static Vector128<byte> Block(byte* source, int length, ReadOnlySpan<int> weights)
    {
        var first = Vector256.Create(FilterTaps.Rounding);
        var second = first;
        foreach (var weight in weights)
        {
            var (low, high) = Vector256.Widen(Vector256.WidenLower(Vector128.Load(source).ToVector256Unsafe()));
            var w = Vector256.Create((uint)weight);
            first += (low * w).AsInt32();
            second += (high * w).AsInt32();
            source += length;
        }
        var words = Vector256.Narrow(Clamp(first), Clamp(second)).AsUInt16();
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    private static Vector256<int> Clamp(Vector256<int> sum) =>
        Vector256.Min(Vector256.Max(sum >> FilterTaps.PrecisionBits, Vector256<int>.Zero), Vector256.Create(255));
}
