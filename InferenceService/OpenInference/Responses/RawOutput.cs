using System.Buffers;
using System.Text.Json;
using InferenceService.Batching;
using InferenceService.Execution;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Responses;

/// <summary>An output as the model gave it.</summary>
internal sealed class RawOutput : OutputTensor
{
    private readonly TensorSpec spec;
    private readonly int index;
    private readonly IReadOnlyList<WorkResult> rows;

    /// <exception cref="ProblemException">400: the rows can't be one tensor, or JSON can't carry them.</exception>
    public RawOutput(TensorSpec spec, int index, bool isBinary, bool hasBatchAxis, IReadOnlyList<WorkResult> rows)
        : base(spec.Name, Datatypes.NameOf(spec.ElementType), ShapeOf(spec, index, hasBatchAxis, rows), isBinary)
    {
        (this.spec, this.index, this.rows) = (spec, index, rows);
        for (var row = 0; row < rows.Count && !isBinary; row++)
        {
            if (TensorValues.IndexOfNonFinite(spec.ElementType, rows[row].Output(index)) is var found and >= 0)
                throw ProblemException.Invalid(spec.Name, $"The output '{spec.Name}' of item {row} has a value at {found} that is not finite, which JSON does not carry: ask for it with binary_data.");
        }
    }

    public override long BinaryLength => rows.Sum(row => (long)row.Layout.Lengths[index]);

    public override int Rows => rows.Count;

    public override void WriteJson(Utf8JsonWriter json, int row) => TensorJsonWriter.Write(json, spec.ElementType, rows[row].Output(index));

    public override void WriteBinary(IBufferWriter<byte> bytes, int row) => bytes.Write(rows[row].Output(index));

    private static int[] ShapeOf(TensorSpec spec, int index, bool hasBatchAxis, IReadOnlyList<WorkResult> rows)
    {
        var shape = rows[0].Layout.Shapes[index];
        if (rows.Any(row => !row.Layout.Shapes[index].AsSpan().SequenceEqual(shape)))
            throw ProblemException.Invalid(spec.Name, $"The items give the output '{spec.Name}' in different shapes, which are no one tensor: send them in requests of their own.");
        return hasBatchAxis ? [rows.Count, .. shape] : shape;
    }
}
