using System.Buffers;
using System.Globalization;
using System.Text.Json;
using InferenceService.Models;
using Intake;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Items;

/// <summary>Records under a header that names the columns, typed by the model: an empty field is a missing value.</summary>
internal sealed class CsvRows(CsvReader csv) : IRowReader
{
    private string[]? header;

    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        await ReadHeaderAsync(cancellation);
        return await csv.ReadAsync(cancellation);
    }

    /// <exception cref="ProblemException">422: the header is not the model's columns, each once, in whatever order.</exception>
    public async Task CheckHeaderAsync(IReadOnlyList<ColumnSpec> columns, CancellationToken cancellation)
    {
        await ReadHeaderAsync(cancellation);
        var names = columns.Select(column => column.Name).ToList();
        if (names.Except(header!).FirstOrDefault() is { } missing)
            throw ProblemException.Unusable(missing, $"The header on line {csv.Line} has no column '{missing}'; this model takes {string.Join(", ", names)}.", "bad-header");
        if (header!.Except(names).FirstOrDefault() is { } surplus)
            throw ProblemException.Unusable(surplus, $"The header on line {csv.Line} has the column '{surplus}'; this model takes {string.Join(", ", names)}.", "bad-header");
        if (header!.Length != names.Count)
            throw ProblemException.Unusable("body", $"The header on line {csv.Line} has a column twice.", "bad-header");
    }

    public JsonElement Row(IReadOnlyList<ColumnSpec> columns)
    {
        if (csv.Fields.Count != header!.Length)
            throw ProblemException.Unusable($"line {csv.Line}", $"Line {csv.Line} has {csv.Fields.Count} fields, the header {header.Length}.", "bad-row");
        var types = columns.ToDictionary(column => column.Name, column => column.Type);
        var json = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in header.Zip(csv.Fields))
                Write(writer, name, value, types.GetValueOrDefault(name, ColumnType.Category));
            writer.WriteEndObject();
        }
        return JsonElement.Parse(json.WrittenSpan);
    }

    private async Task ReadHeaderAsync(CancellationToken cancellation)
    {
        if (header is null && await csv.ReadAsync(cancellation))
            header = [.. csv.Fields.Select(name => name.Trim())];
        header ??= [];
    }

    // What is not of its type is left as text: the row encoder says what it should be.
    private static void Write(Utf8JsonWriter writer, string name, string value, ColumnType type)
    {
        if (value.Length == 0)
            writer.WriteNull(name);
        else if (type == ColumnType.Number && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
            writer.WriteNumber(name, number);
        else if (type == ColumnType.Boolean && value.ToUpperInvariant() is ("TRUE" or "1"))
            writer.WriteBoolean(name, true);
        else if (type == ColumnType.Boolean && value.ToUpperInvariant() is ("FALSE" or "0"))
            writer.WriteBoolean(name, false);
        else
            writer.WriteString(name, value);
    }
}
