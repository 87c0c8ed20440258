using System.Runtime.InteropServices;
using System.Text.Json;
using InferenceService.Execution;
using Microsoft.ML.OnnxRuntime.Tensors;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>A tensor's values from a JSON array, flat or nested as its shape, straight into its bytes.</summary>
internal ref struct TensorJsonReader(TensorSpec spec, Span<byte> destination)
{
    private readonly Span<byte> destination = destination;
    private readonly int size = spec.ElementSize;
    private int written;

    private readonly int Count => destination.Length / size;

    /// <param name="reader">At the array's start; afterwards at its end.</param>
    /// <exception cref="ProblemException">400 that names the tensor, and the value if one is to blame.</exception>
    public void Read(ref Utf8JsonReader reader, ReadOnlySpan<int> shape)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw Bad("must be an array");
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartArray && shape.Length > 1)
            ReadNested(ref reader, shape);
        else
            ReadFlat(ref reader);
    }

    private void ReadFlat(ref Utf8JsonReader reader)
    {
        for (; reader.TokenType != JsonTokenType.EndArray; reader.Read())
        {
            if (written == Count)
                throw Bad($"has more than the {Count} values of its shape");
            Add(ref reader);
        }
        if (written != Count)
            throw Bad($"has {written} values; its shape has {Count}");
    }

    /// <summary>The elements of the first axis; the reader is at the first one already.</summary>
    private void ReadNested(ref Utf8JsonReader reader, ReadOnlySpan<int> shape)
    {
        for (var i = 0; i < shape[0]; i++, reader.Read())
        {
            if (shape.Length == 1)
            {
                Add(ref reader);
                continue;
            }
            if (reader.TokenType != JsonTokenType.StartArray)
                throw NotNestedAsShaped();
            reader.Read();
            ReadNested(ref reader, shape[1..]);
        }
        if (reader.TokenType != JsonTokenType.EndArray)
            throw NotNestedAsShaped();
    }

    private void Add(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.EndArray)
            throw NotNestedAsShaped();
        if (!TryWrite(ref reader, destination.Slice(written * size, size)))
            throw Bad($"has a value at {written} that is no {Datatypes.NameOf(spec.ElementType)}");
        written++;
    }

    private readonly bool TryWrite(ref Utf8JsonReader reader, scoped Span<byte> to)
    {
        if (spec.ElementType == TensorElementType.Bool)
        {
            to[0] = reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0;
            return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
        }
        if (reader.TokenType != JsonTokenType.Number)
            return false;
        return spec.ElementType switch
        {
            TensorElementType.Float => reader.TryGetSingle(out var value) && float.IsFinite(value) && Put(to, value),
            TensorElementType.Double => reader.TryGetDouble(out var value) && double.IsFinite(value) && Put(to, value),
            TensorElementType.Int8 => reader.TryGetSByte(out var value) && Put(to, value),
            TensorElementType.Int16 => reader.TryGetInt16(out var value) && Put(to, value),
            TensorElementType.Int32 => reader.TryGetInt32(out var value) && Put(to, value),
            TensorElementType.Int64 => reader.TryGetInt64(out var value) && Put(to, value),
            TensorElementType.UInt8 => reader.TryGetByte(out var value) && Put(to, value),
            TensorElementType.UInt16 => reader.TryGetUInt16(out var value) && Put(to, value),
            TensorElementType.UInt32 => reader.TryGetUInt32(out var value) && Put(to, value),
            TensorElementType.UInt64 => reader.TryGetUInt64(out var value) && Put(to, value),
            _ => false,
        };
    }

    private static bool Put<T>(scoped Span<byte> to, T value) where T : struct
    {
        MemoryMarshal.Write(to, in value);
        return true;
    }

    private readonly ProblemException NotNestedAsShaped() => Bad("is not nested as its shape says; it may also be flat");

    private readonly ProblemException Bad(string what) => ProblemException.Invalid(spec.Name, $"The data of input '{spec.Name}' {what}.");
}
