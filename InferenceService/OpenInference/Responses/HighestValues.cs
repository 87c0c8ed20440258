using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace InferenceService.OpenInference.Responses;

/// <summary>The classification extension's strings for one item's output.</summary>
internal static class HighestValues
{
    /// <param name="count">At most; an output of fewer values gives them all.</param>
    public static string[] Of(TensorElementType type, ReadOnlySpan<byte> output, int count, IReadOnlyList<string> labels) => type switch
    {
        TensorElementType.Float => Of<float>(output, count, labels),
        TensorElementType.Double => Of<double>(output, count, labels),
        TensorElementType.Float16 => Of<Half>(output, count, labels),
        TensorElementType.BFloat16 => Of(Widen(output), count, labels),
        TensorElementType.Int8 => Of<sbyte>(output, count, labels),
        TensorElementType.Int16 => Of<short>(output, count, labels),
        TensorElementType.Int32 => Of<int>(output, count, labels),
        TensorElementType.Int64 => Of<long>(output, count, labels),
        TensorElementType.UInt8 => Of<byte>(output, count, labels),
        TensorElementType.UInt16 => Of<ushort>(output, count, labels),
        TensorElementType.UInt32 => Of<uint>(output, count, labels),
        TensorElementType.UInt64 => Of<ulong>(output, count, labels),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Refused when the request was read."),
    };

    private static string[] Of<T>(ReadOnlySpan<byte> output, int count, IReadOnlyList<string> labels) where T : unmanaged, INumber<T> =>
        Of(MemoryMarshal.Cast<byte, T>(output).ToArray(), count, labels);

    private static string[] Of<T>(T[] values, int count, IReadOnlyList<string> labels) where T : INumber<T>
    {
        var indices = Enumerable.Range(0, values.Length).ToArray();
        // Highest first, equal ones in their order; NaN is lower than any number.
        return [.. indices.OrderByDescending(i => values[i]).Take(count).Select(Describe)];

        string Describe(int i)
        {
            var text = string.Create(CultureInfo.InvariantCulture, $"{values[i]}:{i}");
            return labels.Count == values.Length ? $"{text}:{labels[i]}" : text;
        }
    }

    // A bfloat16 is the upper half of a float32.
    private static float[] Widen(ReadOnlySpan<byte> output)
    {
        var halves = MemoryMarshal.Cast<byte, ushort>(output);
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
        return values;
    }
}
