using System.Buffers;

namespace Imaging;

/// <summary>
/// Which source pixels make one output pixel, and with what weights, along one axis: Pillow's precompute_coeffs and
/// normalize_coeffs_8bpc (src/libImaging/Resample.c), in the same order of operations, so that the integers are the same.
/// </summary>
internal sealed class FilterTaps : IDisposable
{
    /// <summary>Weights are fixed-point numbers with this many fractional bits (Pillow's PRECISION_BITS).</summary>
    internal const int PrecisionBits = 32 - 8 - 2;

    /// <summary>Half a unit of the result, to round when shifting.</summary>
    internal const int Rounding = 1 << (PrecisionBits - 1);

    /// <summary>Weights per output pixel are padded with zeros to a multiple of this.</summary>
    internal const int Group = 4;

    private readonly int[] _starts;
    private readonly int[] _counts;
    private readonly int[] _weights;

    internal FilterTaps(AxisPlan axis, Interpolation interpolation)
    {
        var scale = (double)axis.Source / axis.Resized;
        var filterScale = Math.Max(scale, 1.0);
        var support = (interpolation == Interpolation.Bilinear ? 1.0 : 2.0) * filterScale;
        var inverse = 1.0 / filterScale;

        Outputs = axis.Count;
        Stride = ((int)Math.Ceiling(support) * 2 + 1 + Group - 1) / Group * Group;
        _starts = ArrayPool<int>.Shared.Rent(Outputs);
        _counts = ArrayPool<int>.Shared.Rent(Outputs);
        _weights = ArrayPool<int>.Shared.Rent(Outputs * Stride);
        Array.Clear(_weights, 0, Outputs * Stride);

        var exact = ArrayPool<double>.Shared.Rent(Stride);
        for (var i = 0; i < Outputs; i++)
        {
            var centre = (axis.First + i + 0.5) * scale;
            var start = Math.Max((int)(centre - support + 0.5), 0);
            var count = Math.Min((int)(centre + support + 0.5), axis.Source) - start;
            var total = 0.0;
            for (var t = 0; t < count; t++)
            {
                var x = (t + start - centre + 0.5) * inverse;
                exact[t] = interpolation == Interpolation.Bilinear ? Triangle(x) : Cubic(x);
                total += exact[t];
            }
            (_starts[i], _counts[i]) = (start, count);
            Quantise(exact.AsSpan(0, count), total, _weights.AsSpan(i * Stride, count));
        }
        ArrayPool<double>.Shared.Return(exact);
    }

    /// <summary>Number of output pixels.</summary>
    internal int Outputs { get; }

    /// <summary>Distance between two output pixels' weights.</summary>
    internal int Stride { get; }

    /// <summary>First source pixel of each output pixel.</summary>
    internal ReadOnlySpan<int> Starts => _starts.AsSpan(0, Outputs);

    /// <summary>Number of source pixels of each output pixel.</summary>
    internal ReadOnlySpan<int> Counts => _counts.AsSpan(0, Outputs);

    /// <summary>[<see cref="Outputs"/>, <see cref="Stride"/>], zero behind each pixel's count.</summary>
    internal ReadOnlySpan<int> Weights => _weights.AsSpan(0, Outputs * Stride);

    /// <summary>First source pixel that any output pixel needs, and one past the last.</summary>
    internal (int First, int End) Range => (_starts[0], _starts[Outputs - 1] + _counts[Outputs - 1]);

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_starts);
        ArrayPool<int>.Shared.Return(_counts);
        ArrayPool<int>.Shared.Return(_weights);
    }

    private static void Quantise(ReadOnlySpan<double> exact, double total, Span<int> weights)
    {
        for (var t = 0; t < exact.Length; t++)
        {
            var weight = total != 0.0 ? exact[t] / total : exact[t];
            weights[t] = (int)((weight < 0 ? -0.5 : 0.5) + weight * (1 << PrecisionBits));
        }
    }

    private static double Triangle(double x)
    {
        x = Math.Abs(x);
        return x < 1.0 ? 1.0 - x : 0.0;
    }

    /// <summary>Keys' cubic with a = -0.5.</summary>
    private static double Cubic(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        if (x < 1.0)
            return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
        if (x < 2.0)
            return (((x - 5) * x + 8) * x - 4) * a;
        return 0.0;
    }
}
