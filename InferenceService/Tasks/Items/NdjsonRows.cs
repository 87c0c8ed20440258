using System.Text.Json;
using InferenceService.Models;
using Intake;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Items;

/// <summary>A JSON object per line; blank lines are none.</summary>
internal sealed class NdjsonRows(LineReader lines) : IRowReader
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 16 };

    public ValueTask<bool> ReadAsync(CancellationToken cancellation) => lines.ReadAsync(cancellation);

    public JsonElement Row(IReadOnlyList<ColumnSpec> columns)
    {
        try
        {
            return JsonElement.Parse(lines.Line.Span, Json);
        }
        catch (JsonException e)
        {
            throw ProblemException.Unusable($"line {lines.Number}", $"Line {lines.Number} is no JSON object (byte {e.BytePositionInLine + 1}).", "bad-row");
        }
    }
}
