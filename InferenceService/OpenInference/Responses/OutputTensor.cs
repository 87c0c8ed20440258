using System.Buffers;
using System.Text.Json;

namespace InferenceService.OpenInference.Responses;

/// <summary>One output of an answer: the rows of all items, in their order.</summary>
internal abstract class OutputTensor(string name, string datatype, int[] shape, bool isBinary)
{
    public string Name => name;

    public string Datatype => datatype;

    /// <summary>With the batch axis, where the model has one.</summary>
    public int[] Shape => shape;

    /// <summary>After the JSON instead of in it.</summary>
    public bool IsBinary => isBinary;

    public abstract long BinaryLength { get; }

    public abstract int Rows { get; }

    /// <summary>The values of one row, as elements of an array that is open.</summary>
    public abstract void WriteJson(Utf8JsonWriter json, int row);

    public abstract void WriteBinary(IBufferWriter<byte> bytes, int row);
}
