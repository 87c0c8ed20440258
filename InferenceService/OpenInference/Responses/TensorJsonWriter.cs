using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace InferenceService.OpenInference.Responses;

/// <summary>A tensor's bytes as elements of a JSON array. A number is written with as many digits as it takes to read the same one again.</summary>
internal static class TensorJsonWriter
{
    public static void Write(Utf8JsonWriter json, TensorElementType type, ReadOnlySpan<byte> data)
    {
        switch (type)
        {
            case TensorElementType.Float:
                foreach (var value in MemoryMarshal.Cast<byte, float>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.Double:
                foreach (var value in MemoryMarshal.Cast<byte, double>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.Int64:
                foreach (var value in MemoryMarshal.Cast<byte, long>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.UInt64:
                foreach (var value in MemoryMarshal.Cast<byte, ulong>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.Int32:
                foreach (var value in MemoryMarshal.Cast<byte, int>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.UInt32:
                foreach (var value in MemoryMarshal.Cast<byte, uint>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.Int16:
                foreach (var value in MemoryMarshal.Cast<byte, short>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.UInt16:
                foreach (var value in MemoryMarshal.Cast<byte, ushort>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.Int8:
                foreach (var value in MemoryMarshal.Cast<byte, sbyte>(data))
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.UInt8:
                foreach (var value in data)
                    json.WriteNumberValue(value);
                break;
            case TensorElementType.Bool:
                foreach (var value in data)
                    json.WriteBooleanValue(value != 0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "Refused when the request was read.");
        }
    }
}
