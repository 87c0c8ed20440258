using System.Text;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>
/// CSV as RFC 4180 has it, strictly: a quote where none may be ends the reading, with its line, because nobody can tell
/// any more where records end. A field may span lines; a record has a largest size, so that a quote that is never closed
/// does not take in the rest of the file.
/// </summary>
public sealed class CsvReader(TextReader text, IntakeOptions limits)
{
    private enum At { FieldStart, Plain, Quoted, AfterQuote }

    private readonly int maxRecordChars = limits.MaxRowBytes;
    private readonly char[] buffer = new char[16 * 1024];
    private readonly StringBuilder field = new();
    private readonly List<string> fields = [];
    private int position, length, recordChars, line = 1, quoteLine;
    private At state;

    /// <summary>Of the last record.</summary>
    public IReadOnlyList<string> Fields => fields;

    /// <summary>The line on which the last record starts, counted from 1.</summary>
    public int Line { get; private set; }

    /// <param name="input">UTF-8, with or without a byte order mark.</param>
    public static CsvReader Open(Stream input, IntakeOptions limits) =>
        new(new StreamReader(input, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true), leaveOpen: true), limits);

    /// <summary>Moves to the next record; false at the end. Blank lines are no records.</summary>
    /// <exception cref="ProblemException">The file is broken from here on; the message names the line.</exception>
    public async ValueTask<bool> ReadAsync(CancellationToken cancellation)
    {
        fields.Clear();
        field.Clear();
        (Line, recordChars, state) = (line, 0, At.FieldStart);
        while (position < length || await FillAsync(cancellation))
        {
            if (ReadBuffered())
                return true;
        }
        if (state == At.Quoted)
            throw NeverClosed();
        if (fields.Count == 0 && state == At.FieldStart)
            return false;
        EndField();
        return true;
    }

    /// <summary>True at the end of a record, false at the end of the buffer.</summary>
    private bool ReadBuffered()
    {
        while (position < length)
        {
            var c = buffer[position++];
            if (++recordChars > maxRecordChars)
                throw state == At.Quoted ? NeverClosed() : TooLong();
            if (c == '\n')
                line++;
            switch (state)
            {
                case At.Quoted when c == '"':
                    state = At.AfterQuote;
                    break;
                case At.AfterQuote when c == '"': // a doubled quote is one
                    field.Append(c);
                    state = At.Quoted;
                    break;
                case At.Quoted:
                    field.Append(c);
                    break;
                case At.FieldStart when c == '"':
                    (state, quoteLine) = (At.Quoted, line);
                    break;
                case At.FieldStart when c is '\n' && fields.Count == 0: // a blank line
                    (Line, recordChars) = (line, 0);
                    break;
                default:
                    if (ReadUnquoted(c))
                        return true;
                    break;
            }
        }
        return false;
    }

    private bool ReadUnquoted(char c)
    {
        switch (c)
        {
            case ',':
                EndField();
                return false;
            case '\n':
                var blank = fields.Count == 0 && state == At.Plain && field is { Length: 1 } && field[0] == '\r';
                EndField();
                if (!blank)
                    return true;
                fields.Clear();
                (Line, recordChars) = (line, 0);
                return false;
            case '"':
                throw Broken(line, "has a quote inside a field that does not start with one");
            case not '\r' when state == At.AfterQuote:
                throw Broken(line, "has text behind a closing quote");
            case '\r' when state == At.AfterQuote:
                return false;
            default:
                field.Append(c);
                state = At.Plain;
                return false;
        }
    }

    private void EndField()
    {
        if (state == At.Plain && field.Length > 0 && field[^1] == '\r') // of the line's end
            field.Length--;
        fields.Add(field.ToString());
        field.Clear();
        state = At.FieldStart;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        try
        {
            length = await text.ReadAsync(buffer, cancellation);
        }
        catch (DecoderFallbackException)
        {
            throw Broken(line, "or one of the next is not UTF-8");
        }
        position = 0;
        return length > 0;
    }

    private ProblemException NeverClosed() => Broken(quoteLine, "opens a quote that is not closed");

    private ProblemException TooLong() =>
        ProblemException.TooLarge("body", $"The record on line {Line} has more than the {maxRecordChars} characters that a row may have {limits.Setting("MaxRowBytes")}.");

    private static ProblemException Broken(int line, string how) => ProblemException.Unusable("body", $"Line {line} of the CSV {how}.", "broken-csv");
}
