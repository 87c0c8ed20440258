using ServiceDefaults.Problems;

namespace Intake;

/// <summary>Lines of bytes that are not blank, in memory one at a time. A byte order mark and white space around a line are none of it.</summary>
public sealed class LineReader(Stream input, IntakeOptions limits)
{
    private readonly int maxLineBytes = limits.MaxRowBytes;
    private byte[] buffer = new byte[Math.Min(64 * 1024, limits.MaxRowBytes + 1)];
    private int start, end;
    private bool ended;

    /// <summary>The last line, until the next is read.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>Of the last line, blank ones counted, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>Moves to the next line; false at the end.</summary>
    /// <exception cref="ProblemException">413: a line is too long.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        while (TakeBuffered() || await FillAndTakeAsync(cancellation))
        {
            Number++;
            Line = Trim(Line);
            if (!Line.IsEmpty)
                return true;
        }
        return false;
    }

    private bool TakeBuffered()
    {
        var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
        if (length < 0)
            return false;
        Line = buffer.AsMemory(start, length);
        start += length + 1;
        return true;
    }

    private async ValueTask<bool> FillAndTakeAsync(CancellationToken cancellation)
    {
        while (!ended)
        {
            await FillAsync(cancellation);
            if (TakeBuffered())
                return true;
        }
        Line = buffer.AsMemory(start, end - start);
        start = end;
        return !Line.IsEmpty;
    }

    private async ValueTask FillAsync(CancellationToken cancellation)
    {
        if (end - start > maxLineBytes)
            throw ProblemException.TooLarge("body", $"Line {Number + 1} has more than the {maxLineBytes} bytes that a row may have {limits.Setting("MaxRowBytes")}.");
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
        if (Number == 1 && text.Span.StartsWith("\uFEFF"u8))
            text = text[3..];
        return text.Trim(" \t\r"u8);
    }
}
