using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using InferenceService.Batching;
using InferenceService.Execution;
using InferenceService.OpenInference.Requests;

namespace InferenceService.OpenInference.Responses;

/// <summary>The highest values of an output instead of all: <c>value:index</c>, with the label behind where the model has labels.</summary>
internal sealed class ClassifiedOutput : OutputTensor
{
    private readonly string[][] rows;

    /// <param name="labels">Those of the output's values; others are left out.</param>
    public ClassifiedOutput(TensorSpec spec, int index, RequestedOutput asked, bool hasBatchAxis, IReadOnlyList<string> labels, IReadOnlyList<WorkResult> results)
        : this(spec.Name, asked.Binary, hasBatchAxis, [.. results.Select(result => HighestValues.Of(spec.ElementType, result.Output(index), asked.Classes!.Value, labels))])
    {
    }

    private ClassifiedOutput(string name, bool isBinary, bool hasBatchAxis, string[][] rows)
        : base(name, Datatypes.Bytes, hasBatchAxis ? [rows.Length, rows[0].Length] : [rows[0].Length], isBinary) => this.rows = rows;

    public override long BinaryLength => rows.Sum(row => row.Sum(text => (long)sizeof(int) + Encoding.UTF8.GetByteCount(text)));

    public override int Rows => rows.Length;

    public override void WriteJson(Utf8JsonWriter json, int row)
    {
        foreach (var text in rows[row])
            json.WriteStringValue(text);
    }

    public override void WriteBinary(IBufferWriter<byte> bytes, int row)
    {
        foreach (var text in rows[row])
        {
            var utf8 = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.GetSpan(sizeof(int)), utf8.Length);
            bytes.Advance(sizeof(int));
            bytes.Write(utf8);
        }
    }
}
