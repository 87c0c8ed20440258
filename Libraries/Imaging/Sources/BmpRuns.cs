namespace Imaging;

/// <summary>Unpacks a BMP's run-length coding. Pixels that the file skips are 0, as in Pillow.</summary>
internal static class BmpRuns
{
    /// <param name="data">From the first run on.</param>
    /// <param name="indices">One byte a pixel, in the order of the file's rows.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="nibbles">Two pixels in a byte.</param>
    /// <returns>False where the data ends before the picture does.</returns>
    internal static bool Unpack(ReadOnlySpan<byte> data, Span<byte> indices, int width, bool nibbles)
    {
        indices.Clear();
        // The column is counted apart from the position: what a run has too much for its row is left out.
        var (at, x) = (0, 0);
        while (at < indices.Length)
        {
            if (data.Length < 2)
                return false;
            var (first, second) = (data[0], data[1]);
            data = data[2..];
            if (first > 0)
            {
                var count = Math.Min(Math.Clamp(width - x, 0, first), indices.Length - at);
                for (var i = 0; i < count; i++)
                    indices[at + i] = !nibbles ? second : (byte)(i % 2 == 0 ? second >> 4 : second & 15);
                (at, x) = (at + count, x + count);
                continue;
            }
            switch (second)
            {
                case 0:
                    (at, x) = ((at + width - 1) / width * width, 0);
                    break;
                case 1:
                    return true;
                case 2:
                    if (data.Length < 2)
                        return false;
                    at += data[0] + data[1] * width;
                    x = at % width;
                    data = data[2..];
                    break;
                default:
                    var bytes = nibbles ? (second + 1) / 2 : second;
                    if (data.Length < bytes)
                        return false;
                    for (var i = 0; i < second && at < indices.Length; i++, at++)
                        indices[at] = !nibbles ? data[i] : (byte)(i % 2 == 0 ? data[i / 2] >> 4 : data[i / 2] & 15);
                    x += second;
                    // Runs start at even places.
                    data = data[Math.Min(bytes + (bytes & 1), data.Length)..];
                    break;
            }
        }
        return true;
    }
}
