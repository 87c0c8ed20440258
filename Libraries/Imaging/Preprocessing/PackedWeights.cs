using System.Buffers;

namespace Imaging;

/// <summary>Weights split for a 16-bit multiplier: for each four, their four high parts and then their four low ones.</summary>
internal sealed class PackedWeights : IDisposable
{
    /// <summary>weight = high · 2^LowBits + low, with low in 0 .. 2^LowBits − 1. Both fit 16 signed bits.</summary>
    internal const int LowBits = 12;

    private readonly short[] _values;

    internal PackedWeights(FilterTaps taps)
    {
        var weights = taps.Weights;
        Stride = taps.Stride * 2;
        _values = ArrayPool<short>.Shared.Rent(weights.Length * 2);
        for (var (i, at) = (0, 0); i < weights.Length; i += FilterTaps.Group, at += 2 * FilterTaps.Group)
        {
            for (var k = 0; k < FilterTaps.Group; k++)
            {
                _values[at + k] = (short)(weights[i + k] >> LowBits);
                _values[at + FilterTaps.Group + k] = (short)(weights[i + k] & ((1 << LowBits) - 1));
            }
        }
    }

    /// <summary>Distance between two output pixels' weights.</summary>
    internal int Stride { get; }

    internal ReadOnlySpan<short> Values => _values;

    public void Dispose() => ArrayPool<short>.Shared.Return(_values);
}
