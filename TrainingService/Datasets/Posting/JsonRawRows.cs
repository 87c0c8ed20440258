using System.Text.Json;
using Intake;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <summary>A JSON object per line.</summary>
/// <param name="hasLines">False when the lines are ours and say nothing to the caller.</param>
internal sealed class JsonRawRows(LineReader lines, bool hasLines) : IRawRows
{
    private static readonly JsonReaderOptions Json = new() { MaxDepth = 16 };
    private int number;
    private bool held;

    public async ValueTask<IReadOnlyList<string>> ReadColumnsAsync(CancellationToken cancellation)
    {
        if (!await lines.ReadAsync(cancellation))
            return [];
        held = true;
        return FirstColumns();
    }

    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        var there = held || await lines.ReadAsync(cancellation);
        held = false;
        number++;
        return there;
    }

    public bool Read(RowShape shape, RawRow row, BadRows bad)
    {
        row.Start(number, hasLines ? lines.Number : null);
        var reader = new Utf8JsonReader(lines.Line.Span, Json);
        try
        {
            return ReadObject(ref reader, shape, row, bad);
        }
        catch (JsonException e)
        {
            bad.Add(row, null, $"This is no JSON object (byte {e.BytePositionInLine + 1}).");
        }
        catch (InvalidOperationException)
        {
            bad.Add(row, null, "The row has a text that is not valid Unicode.");
        }
        return false;
    }

    private static bool ReadObject(ref Utf8JsonReader reader, RowShape shape, RawRow row, BadRows bad)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            bad.Add(row, null, "A row is an object with the columns and a label.");
            return false;
        }
        var good = true;
        for (var expected = 0; reader.Read() && reader.TokenType == JsonTokenType.PropertyName; expected++)
        {
            var slot = shape.Find(ref reader, expected);
            var name = slot >= 0 ? shape.Columns[slot] : reader.GetString()!;
            reader.Read();
            var value = ReadValue(ref reader);
            if (slot == RowShape.NoSlot)
                bad.Add(row, name, "There is no such column.");
            else if (!row.Set(slot, value))
                bad.Add(row, name, "The column is there twice.");
            else
                continue;
            good = false;
        }
        if (reader.Read())
            throw new JsonException("Behind the object there is more.", null, null, reader.TokenStartIndex);
        return good;
    }

    private static RawValue ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return new RawValue(RawKind.Number, Typed: true, reader.GetDouble());
            case JsonTokenType.String:
                return new RawValue(RawKind.Text, Typed: true, Text: reader.GetString());
            case JsonTokenType.True or JsonTokenType.False:
                return new RawValue(reader.TokenType == JsonTokenType.True ? RawKind.True : RawKind.False, Typed: true);
            case JsonTokenType.Null:
                return new RawValue(RawKind.Missing, Typed: true);
            default:
                reader.Skip();
                return new RawValue(RawKind.Other, Typed: true);
        }
    }

    private List<string> FirstColumns()
    {
        var columns = new List<string>();
        try
        {
            var reader = new Utf8JsonReader(lines.Line.Span, Json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw ProblemException.Unusable("rows[1]", "The first row says what the columns are; it must be an object.", "bad-rows");
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                columns.Add(reader.GetString()!);
                reader.Read();
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ProblemException.Unusable("rows[1]", "The first row says what the columns are, and it is no JSON object.", "bad-rows");
        }
        return columns;
    }
}
