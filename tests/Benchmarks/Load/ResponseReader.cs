using System.Buffers.Text;

namespace Benchmarks.Load;

/// <summary>As much of HTTP/1.1 as a load generator needs of an answer: its status, and where it ends.</summary>
public sealed class ResponseReader(Stream stream)
{
    private readonly byte[] buffer = new byte[64 * 1024];
    private int start, end;

    /// <summary>The server said that it will close the connection after this answer.</summary>
    public bool Closes { get; private set; }

    /// <summary>Reads one answer to its last byte.</summary>
    /// <returns>The status.</returns>
    /// <exception cref="IOException">The connection ended before the answer, or what came is not HTTP/1.1.</exception>
    public int Read()
    {
        var head = ReadLine();
        if (head.Length < 12 || !head.StartsWith("HTTP/1."u8) || !Utf8Parser.TryParse(head[9..12], out int status, out _))
            throw new IOException("The answer does not begin like one of HTTP/1.1.");
        long length = 0;
        var chunked = false;
        Closes = false;
        for (var line = ReadLine(); line.Length > 0; line = ReadLine())
        {
            if (Is(line, "content-length:"u8, out var value))
                length = Utf8Parser.TryParse(value, out long given, out _) ? given : throw new IOException("Content-Length is not a number.");
            else if (Is(line, "transfer-encoding:"u8, out value))
                chunked = value.EndsWith("chunked"u8);
            else if (Is(line, "connection:"u8, out value))
                Closes = value.SequenceEqual("close"u8);
        }
        if (chunked)
            SkipChunks();
        else
            Skip(length);
        return status;
    }

    private void SkipChunks()
    {
        while (true)
        {
            var line = ReadLine();
            if (!Utf8Parser.TryParse(line, out int size, out _, 'x'))
                throw new IOException("A chunk does not begin with its size.");
            if (size == 0)
                break;
            Skip(size);
            ReadLine();
        }
        while (ReadLine().Length > 0) // trailers
        {
        }
    }

    private void Skip(long bytes)
    {
        while (bytes > 0)
        {
            if (start == end)
                Fill();
            var taken = (int)Math.Min(bytes, end - start);
            start += taken;
            bytes -= taken;
        }
    }

    /// <summary>Without its line end; valid until the next read.</summary>
    private ReadOnlySpan<byte> ReadLine()
    {
        int length;
        var seen = 0;
        while ((length = buffer.AsSpan(start + seen, end - start - seen).IndexOf((byte)'\n')) < 0)
        {
            seen = end - start;
            Fill();
        }
        var line = buffer.AsSpan(start, seen + length);
        start += seen + length + 1;
        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }

    private void Fill()
    {
        if (start == end)
            start = end = 0;
        if (end == buffer.Length)
        {
            if (start == 0)
                throw new IOException("A line of the answer is longer than 64 kB.");
            buffer.AsSpan(start..end).CopyTo(buffer);
            (start, end) = (0, end - start);
        }
        var read = stream.Read(buffer, end, buffer.Length - end);
        if (read == 0)
            throw new EndOfStreamException("The connection was closed before the answer was complete.");
        end += read;
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var matches = line.Length >= name.Length && System.Text.Ascii.EqualsIgnoreCase(line[..name.Length], name);
        value = matches ? line[name.Length..].Trim((byte)' ') : default;
        return matches;
    }
}
