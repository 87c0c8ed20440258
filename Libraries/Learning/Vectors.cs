using System.Numerics;
using System.Runtime.InteropServices;

namespace Learning;

/// <summary>Arithmetic on rows of numbers, as wide as the processor has it. Sums of one length are always taken in one order.</summary>
internal static class Vectors
{
    public static T Dot<T>(ReadOnlySpan<T> a, ReadOnlySpan<T> b) where T : unmanaged, INumber<T>
    {
        var wideA = MemoryMarshal.Cast<T, Vector<T>>(a);
        var wideB = MemoryMarshal.Cast<T, Vector<T>>(b);
        var sums = Vector<T>.Zero;
        for (var i = 0; i < wideA.Length; i++)
            sums += wideA[i] * wideB[i];
        var sum = Vector.Sum(sums);
        for (var i = wideA.Length * Vector<T>.Count; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    public static double Dot(double[] a, double[] b) => Dot<double>(a, b);

    /// <summary>to += factor · values</summary>
    public static void AddScaled<T>(Span<T> to, ReadOnlySpan<T> values, T factor) where T : unmanaged, INumber<T>
    {
        var wideTo = MemoryMarshal.Cast<T, Vector<T>>(to);
        var wideValues = MemoryMarshal.Cast<T, Vector<T>>(values);
        var factors = new Vector<T>(factor);
        for (var i = 0; i < wideTo.Length; i++)
            wideTo[i] += wideValues[i] * factors;
        for (var i = wideTo.Length * Vector<T>.Count; i < to.Length; i++)
            to[i] += values[i] * factor;
    }

    public static void AddScaled(double[] to, double[] values, double factor) => AddScaled<double>(to, values, factor);

    public static void Scale(Span<double> values, double factor)
    {
        foreach (ref var value in values)
            value *= factor;
    }

    /// <summary>Products of four rows <c>[4,n]</c> with one: a number that is loaded once is used four times.</summary>
    public static void Dot4(ReadOnlySpan<double> rows, ReadOnlySpan<double> weights, Span<double> four)
    {
        var n = weights.Length;
        var a = rows[..n];
        var b = rows.Slice(n, n);
        var c = rows.Slice(2 * n, n);
        var d = rows.Slice(3 * n, n);
        var wideA = Wide(a);
        var wideB = Wide(b);
        var wideC = Wide(c);
        var wideD = Wide(d);
        var wide = Wide(weights);
        Vector<double> sumA = default, sumB = default, sumC = default, sumD = default;
        for (var i = 0; i < wide.Length && i < wideA.Length && i < wideB.Length && i < wideC.Length && i < wideD.Length; i++)
        {
            sumA += wide[i] * wideA[i];
            sumB += wide[i] * wideB[i];
            sumC += wide[i] * wideC[i];
            sumD += wide[i] * wideD[i];
        }
        (four[0], four[1], four[2], four[3]) = (Vector.Sum(sumA), Vector.Sum(sumB), Vector.Sum(sumC), Vector.Sum(sumD));
        for (var i = wide.Length * Vector<double>.Count; i < n; i++)
        {
            four[0] += weights[i] * a[i];
            four[1] += weights[i] * b[i];
            four[2] += weights[i] * c[i];
            four[3] += weights[i] * d[i];
        }
    }

    /// <summary>to += factors[0] · rows[0] + ... + factors[3] · rows[3]</summary>
    public static void AddScaled4(Span<double> to, ReadOnlySpan<double> rows, ReadOnlySpan<double> factors)
    {
        var n = to.Length;
        var a = rows[..n];
        var b = rows.Slice(n, n);
        var c = rows.Slice(2 * n, n);
        var d = rows.Slice(3 * n, n);
        var wideA = Wide(a);
        var wideB = Wide(b);
        var wideC = Wide(c);
        var wideD = Wide(d);
        var wide = MemoryMarshal.Cast<double, Vector<double>>(to);
        Vector<double> fa = new(factors[0]), fb = new(factors[1]), fc = new(factors[2]), fd = new(factors[3]);
        for (var i = 0; i < wide.Length && i < wideA.Length && i < wideB.Length && i < wideC.Length && i < wideD.Length; i++)
            wide[i] += (fa * wideA[i]) + (fb * wideB[i]) + (fc * wideC[i]) + (fd * wideD[i]);
        for (var i = wide.Length * Vector<double>.Count; i < n; i++)
            to[i] += (factors[0] * a[i]) + (factors[1] * b[i]) + (factors[2] * c[i]) + (factors[3] * d[i]);
    }

    private static ReadOnlySpan<Vector<double>> Wide(ReadOnlySpan<double> values) => MemoryMarshal.Cast<double, Vector<double>>(values);
}
