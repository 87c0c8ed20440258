using System.Collections.Frozen;
using System.Text.Json;
using ServiceDefaults.Problems;

namespace InferenceService.Models;

/// <summary>
/// A JSON row to the model's input, <c>[C] float32</c> in column order: a number as it is, a boolean as 0 or 1, a category as
/// the index of its value (-1 when unknown), a JSON null as NaN, which a model reads as missing.
/// </summary>
public sealed class RowEncoder(IReadOnlyList<ColumnSpec> columns)
{
    private readonly FrozenDictionary<string, FrozenDictionary<string, float>> categories = columns
        .Where(column => column.Type == ColumnType.Category)
        .ToFrozenDictionary(column => column.Name, column => column.Values!.Index().ToFrozenDictionary(value => value.Item, value => (float)value.Index));

    public int Length => columns.Count;

    /// <exception cref="ProblemException">422 that names the row and the column.</exception>
    public void Write(JsonElement row, int rowIndex, Span<float> destination)
    {
        try
        {
            WriteColumns(row, rowIndex, destination);
        }
        catch (InvalidOperationException)
        {
            throw Bad($"rows[{rowIndex}]", $"Row {rowIndex} contains text that is not valid Unicode.");
        }
    }

    /// <summary>A row that was written, as it was understood: what is kept of it. Numbers are as a double has them.</summary>
    public JsonElement Understood(JsonElement row) => JsonSerializer.SerializeToElement(columns.ToDictionary(
        column => column.Name,
        column => row.GetProperty(column.Name) is { ValueKind: JsonValueKind.Number } number ? (object)number.GetDouble() : row.GetProperty(column.Name)));

    private void WriteColumns(JsonElement row, int rowIndex, Span<float> destination)
    {
        if (row.ValueKind != JsonValueKind.Object)
            throw Bad($"rows[{rowIndex}]", $"A row is an object with the columns {Names()}.");
        for (var i = 0; i < columns.Count; i++)
        {
            var column = columns[i];
            if (!row.TryGetProperty(column.Name, out var value))
                throw Bad(Field(rowIndex, column.Name), $"Row {rowIndex} has no column '{column.Name}'; null says that the value is missing.");
            destination[i] = value.ValueKind == JsonValueKind.Null ? float.NaN : Encode(column, value, rowIndex);
        }
        if (row.GetPropertyCount() != columns.Count)
            throw Bad(Field(rowIndex, Surplus(row)), $"Row {rowIndex} has the column '{Surplus(row)}'; this model takes {Names()}, each once.");
    }

    private float Encode(ColumnSpec column, JsonElement value, int rowIndex) => (column.Type, value.ValueKind) switch
    {
        (ColumnType.Number, JsonValueKind.Number) when value.TryGetSingle(out var number) && float.IsFinite(number) => number,
        (ColumnType.Boolean, JsonValueKind.True) => 1,
        (ColumnType.Boolean, JsonValueKind.False) => 0,
        (ColumnType.Category, JsonValueKind.String) => categories[column.Name].GetValueOrDefault(Text(column, value, rowIndex), -1f),
        _ => throw Bad(Field(rowIndex, column.Name), $"Row {rowIndex}: '{column.Name}' must be {Expected(column.Type)}."),
    };

    private static string Text(ColumnSpec column, JsonElement value, int rowIndex)
    {
        var text = value.GetString()!;
        // The row is kept as JSON in Postgres, which has no NUL character.
        return text.Contains('\0', StringComparison.Ordinal) ? throw Bad(Field(rowIndex, column.Name), $"Row {rowIndex}: '{column.Name}' contains a NUL character.") : text;
    }

    private string Surplus(JsonElement row)
    {
        var seen = new HashSet<string>();
        return row.EnumerateObject().Select(p => p.Name).First(name => !seen.Add(name) || columns.All(column => column.Name != name));
    }

    private string Names() => string.Join(", ", columns.Select(column => column.Name));

    private static string Expected(ColumnType type) => type switch
    {
        ColumnType.Number => "a finite number",
        ColumnType.Boolean => "true or false",
        _ => "a string",
    };

    private static string Field(int row, string column) => $"rows[{row}].{column}";

    private static ProblemException Bad(string field, string detail) => ProblemException.Unusable(field, detail, "bad-row");
}
