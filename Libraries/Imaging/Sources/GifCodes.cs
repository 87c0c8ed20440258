using System.Buffers;

namespace Imaging;

/// <summary>GIF's variable-length LZW (GIF89a specification, appendix F), with every index checked.</summary>
internal static class GifCodes
{
    private const int MaxCodes = 4096;
    private const int MaxCodeBits = 12;

    /// <param name="data">From the byte with the code size on.</param>
    /// <param name="canvas">The whole picture's indices; only the frame's are written.</param>
    /// <param name="frame">Where the frame lies.</param>
    /// <returns>False where the data ends before the frame is full, or makes no sense.</returns>
    internal static bool Unpack(ReadOnlySpan<byte> data, Span<byte> canvas, GifHeader frame)
    {
        if (data.IsEmpty || data[0] > MaxCodeBits - 1)
            return false;
        // A code is the code before it and one more pixel; written from its end backwards.
        var prefixes = ArrayPool<ushort>.Shared.Rent(MaxCodes);
        var tables = ArrayPool<byte>.Shared.Rent(MaxCodes * 2 + 1);
        try
        {
            return Unpack(data[1..], data[0], new FrameWriter(canvas, frame), prefixes, tables.AsSpan(0, MaxCodes), tables.AsSpan(MaxCodes, MaxCodes + 1));
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(prefixes);
            ArrayPool<byte>.Shared.Return(tables);
        }
    }

    private static bool Unpack(ReadOnlySpan<byte> data, int symbolBits, FrameWriter target, Span<ushort> prefixes, Span<byte> last, Span<byte> stack)
    {
        var (clear, end) = (1 << symbolBits, (1 << symbolBits) + 1);
        for (var i = 0; i < clear; i++)
            last[i] = (byte)i;
        var (next, width, previous, first) = (end + 1, symbolBits + 1, -1, (byte)0);
        var (bits, held, block) = (0u, 0, 0);
        while (!target.Full)
        {
            while (held < width)
            {
                if (block == 0)
                {
                    if (data.IsEmpty || data[0] == 0)
                        return false;
                    block = data[0];
                    data = data[1..];
                }
                if (data.IsEmpty)
                    return false;
                bits |= (uint)data[0] << held;
                data = data[1..];
                (held, block) = (held + 8, block - 1);
            }
            var code = (int)(bits & ((1u << width) - 1));
            (bits, held) = (bits >> width, held - width);

            if (code == clear)
            {
                (next, width, previous) = (end + 1, symbolBits + 1, -1);
                continue;
            }
            if (code == end || code > next || (code == next && previous < 0) || (previous < 0 && code >= clear))
                return false;

            var depth = 0;
            var at = code;
            if (code == next)
            {
                stack[depth++] = first;
                at = previous;
            }
            for (; at >= clear; at = prefixes[at])
                stack[depth++] = last[at];
            first = last[at];
            stack[depth++] = first;
            while (depth > 0 && !target.Full)
                target.Add(stack[--depth]);

            if (previous >= 0 && next < MaxCodes)
            {
                (prefixes[next], last[next]) = ((ushort)previous, first);
                if (++next == 1 << width && width < MaxCodeBits)
                    width++;
            }
            previous = code;
        }
        return true;
    }

    /// <summary>Puts pixels into the frame in the order in which the file has its rows.</summary>
    private ref struct FrameWriter(Span<byte> canvas, GifHeader frame)
    {
        private readonly Span<byte> _canvas = canvas;
        private int _x;
        private int _y;
        private int _pass;
        private int _at = frame.Top * frame.Width + frame.Left;

        internal bool Full { get; private set; }

        internal void Add(byte index)
        {
            _canvas[_at++] = index;
            if (++_x < frame.FrameWidth)
                return;
            _x = 0;
            _y += !frame.Interlaced ? 1 : _pass == 0 ? 8 : 16 >> _pass;
            // Rows 0, 8, 16..., then 4, 12..., then 2, 6..., then 1, 3...
            while (frame.Interlaced && _y >= frame.FrameHeight && _pass < 3)
                _y = 8 >> ++_pass;
            Full = _y >= frame.FrameHeight;
            _at = (frame.Top + _y) * frame.Width + frame.Left;
        }
    }
}
