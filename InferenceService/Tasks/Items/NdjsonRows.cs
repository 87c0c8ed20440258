using System.Text.Json;
using InferenceService.Models;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks.Items;

/// <summary>A JSON object per line; blank lines are none.</summary>
internal sealed class NdjsonRows(Stream input, int maxLineBytes) : IRowReader
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 16 };
    private byte[] buffer = new byte[Math.Min(64 * 1024, maxLineBytes + 1)];
    private int start, end, lineNumber;
    private ReadOnlyMemory<byte> line;
    private bool ended;

    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        while (await ReadLineAsync(cancellation))
        {
            lineNumber++;
            line = Trim(line);
            if (!line.IsEmpty)
                return true;
        }
        return false;
    }

    public JsonElement Row(IReadOnlyList<ColumnSpec> columns)
    {
        try
        {
            return JsonElement.Parse(line.Span, Json);
        }
        catch (JsonException e)
        {
            throw ProblemException.Unusable($"line {lineNumber}", $"Line {lineNumber} is no JSON object (byte {e.BytePositionInLine + 1}).", "bad-row");
        }
    }

    private async ValueTask<bool> ReadLineAsync(CancellationToken cancellation)
    {
        for (var searched = 0; ;)
        {
            var length = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                line = buffer.AsMemory(start, searched + length);
                start += searched + length + 1;
                return true;
            }
            searched = end - start;
            if (ended)
            {
                line = buffer.AsMemory(start, searched);
                start = end;
                return searched > 0;
            }
            await FillAsync(cancellation);
        }
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (end - start > maxLineBytes)
            throw ProblemException.TooLarge("body", $"Line {lineNumber + 1} has more than the {maxLineBytes} bytes that a row may have (Tasks:MaxRowBytes).");
        if (start == 0 && end == buffer.Length)
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, maxLineBytes + 1));
        buffer.AsSpan(start, end - start).CopyTo(buffer);
        (start, end) = (0, end - start);
        var read = await input.ReadAsync(buffer.AsMemory(end), cancellation);
        end += read;
        ended = read == 0;
    }

    private ReadOnlyMemory<byte> Trim(ReadOnlyMemory<byte> text)
    {
        if (lineNumber == 1 && text.Span.StartsWith("\uFEFF"u8))
            text = text[3..];
        return text.Trim(" \t\r"u8);
    }
}
