using System.Text.Json;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>An array of rows of any length to NDJSON, one row in memory at a time.</summary>
/// <param name="property">Where the array is in the body's object; null: the body itself is the array.</param>
public sealed class JsonRows(Stream destination, IntakeOptions limits, string? property)
{
    private enum At { Start, Properties, RowsValue, Rows, End }

    private readonly string field = property ?? "body";
    private readonly string expected = property is null ? "The body must be an array of rows." : $"The body must be an object with '{property}', an array of rows.";

    private JsonReaderState state = new(new JsonReaderOptions { MaxDepth = 18 }); // a row's own 16, in an array in an object
    private At at;
    private bool seen;

    /// <exception cref="ProblemException">400 with line and position, or 413 for one row.</exception>
    public async Task CopyAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[64 * 1024];
        var held = 0;
        using var lines = new MemoryStream();
        for (var ended = false; !ended;)
        {
            if (held == buffer.Length)
                Array.Resize(ref buffer, buffer.Length < limits.MaxRowBytes ? buffer.Length * 2 : throw TooLarge());
            var read = await body.ReadAsync(buffer.AsMemory(held), cancellation);
            ended = read == 0;
            held += read;
            var consumed = Parse(buffer.AsSpan(0, held), ended, lines);
            buffer.AsSpan(consumed, held - consumed).CopyTo(buffer);
            held -= consumed;
            await destination.WriteAsync(lines.GetBuffer().AsMemory(0, (int)lines.Length), cancellation);
            lines.SetLength(0);
        }
        if (!seen)
            throw ProblemException.Invalid(field, expected);
    }

    private int Parse(Span<byte> json, bool isFinal, Stream lines)
    {
        var reader = new Utf8JsonReader(json, isFinal, state);
        try
        {
            while (Step(ref reader, json, lines))
            {
            }
        }
        catch (JsonException e)
        {
            throw ProblemException.Invalid("body", $"The JSON can't be read: {e.Message}");
        }
        state = reader.CurrentState;
        return (int)reader.BytesConsumed;
    }

    /// <summary>False when the rest has to wait for more bytes.</summary>
    private bool Step(ref Utf8JsonReader reader, Span<byte> json, Stream lines)
    {
        var before = reader;
        if (!reader.Read())
            return false;
        switch (at)
        {
            case At.Start when property is null:
                (at, seen) = reader.TokenType == JsonTokenType.StartArray ? (At.Rows, true) : throw ProblemException.Invalid(field, expected);
                return true;
            case At.Start:
                at = reader.TokenType == JsonTokenType.StartObject ? At.Properties : throw ProblemException.Invalid(field, expected);
                return true;
            case At.Properties when reader.TokenType == JsonTokenType.EndObject:
                at = At.End;
                return true;
            case At.Properties when !seen && reader.ValueTextEquals(property):
                at = At.RowsValue;
                return true;
            case At.RowsValue:
                (at, seen) = reader.TokenType == JsonTokenType.StartArray ? (At.Rows, true) : throw ProblemException.Invalid(field, $"'{property}' must be an array with at least one row.");
                return true;
            case At.Rows when reader.TokenType == JsonTokenType.EndArray:
                at = property is null ? At.End : At.Properties;
                return true;
        }
        var start = (int)reader.TokenStartIndex;
        if (!reader.TrySkip()) // a row, or a property that is none of ours
        {
            reader = before;
            return false;
        }
        if (at == At.Rows)
            Write(json[start..(int)reader.BytesConsumed], lines);
        return true;
    }

    /// <summary>Inside of JSON strings there is no raw line break, so that the others can go.</summary>
    private static void Write(Span<byte> row, Stream lines)
    {
        row.Replace((byte)'\n', (byte)' ');
        row.Replace((byte)'\r', (byte)' ');
        lines.Write(row);
        lines.WriteByte((byte)'\n');
    }

    private ProblemException TooLarge() =>
        ProblemException.TooLarge(field, $"A row has more than the {limits.MaxRowBytes} bytes that it may have {limits.Setting("MaxRowBytes")}.");
}
