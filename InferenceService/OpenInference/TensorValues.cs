using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace InferenceService.OpenInference;

/// <summary>What a tensor's bytes may hold, looked at without knowing the model.</summary>
internal static class TensorValues
{
    /// <summary>Index of the first NaN or infinity in a tensor of floats; -1 when there is none.</summary>
    public static int IndexOfNonFinite(TensorElementType type, ReadOnlySpan<byte> data) => type switch
    {
        // Not finite is what has every bit of the exponent set.
        TensorElementType.Float => IndexOfAllSet(MemoryMarshal.Cast<byte, uint>(data), 0x7F80_0000u),
        TensorElementType.Double => IndexOfAllSet(MemoryMarshal.Cast<byte, ulong>(data), 0x7FF0_0000_0000_0000ul),
        TensorElementType.Float16 => IndexOfAllSet(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7C00),
        TensorElementType.BFloat16 => IndexOfAllSet(MemoryMarshal.Cast<byte, ushort>(data), (ushort)0x7F80),
        _ => -1,
    };

    /// <summary>Index of the first byte of a BOOL tensor that is neither 0 nor 1; -1 when there is none.</summary>
    public static int IndexOfNoBoolean(ReadOnlySpan<byte> data) => data.IndexOfAnyExceptInRange((byte)0, (byte)1);

    private static int IndexOfAllSet<T>(ReadOnlySpan<T> values, T bits) where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            if ((values[i] & bits) == bits)
                return i;
        }
        return -1;
    }
}
