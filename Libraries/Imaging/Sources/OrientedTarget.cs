using System.Runtime.CompilerServices;

namespace Imaging;

/// <summary>Where the pixels of a stored picture go in the upright one, for each EXIF orientation.</summary>
internal readonly unsafe struct OrientedTarget
{
    private readonly byte* _origin;
    private readonly nint _stepX;
    private readonly nint _stepY;

    /// <param name="pixels">The upright picture, 3 bytes a pixel.</param>
    /// <param name="width">Stored width in pixels.</param>
    /// <param name="height">Stored height in pixels.</param>
    /// <param name="orientation">1 to 8.</param>
    internal OrientedTarget(byte* pixels, int width, int height, int orientation)
    {
        // Where the stored picture's first pixel goes, and how far one step right and one step down in it lead.
        var (w, h) = ((nint)width, (nint)height);
        (var first, _stepX, _stepY) = orientation switch
        {
            2 => (w - 1, -1, w),
            3 => (w * h - 1, -1, -w),
            4 => (w * (h - 1), 1, -w),
            5 => (0, h, 1),
            6 => (h - 1, h, -1),
            7 => (w * h - 1, -h, -1),
            8 => (h * (w - 1), -h, 1),
            _ => ((nint)0, (nint)1, w),
        };
        _origin = pixels + first * 3;
        _stepX *= 3;
        _stepY *= 3;
    }

    internal static bool SwapsSides(int orientation) => orientation >= 5;

    /// <summary>Places stored rows <paramref name="top"/> and following. Walks along the upright picture's rows, where writing is fast.</summary>
    internal void Write(RowBlock rows, int width, int top, int count)
    {
        var start = _origin + top * _stepY;
        if (_stepX == 3)
        {
            for (var y = 0; y < count; y++)
                Unsafe.CopyBlockUnaligned(start + y * _stepY, rows.First + y * rows.Stride, (uint)width * 3);
        }
        else if (_stepX == -3)
        {
            for (var y = 0; y < count; y++)
                Place(rows.First + y * rows.Stride, 3, start + y * _stepY, _stepX, width);
        }
        else
        {
            for (var x = 0; x < width; x++)
                Place(rows.First + (nint)x * 3, rows.Stride, start + x * _stepX, _stepY, count);
        }
    }

    private static void Place(byte* source, nint sourceStep, byte* target, nint targetStep, int count)
    {
        for (var i = 0; i < count; i++, source += sourceStep, target += targetStep)
        {
            target[0] = source[0];
            target[1] = source[1];
            target[2] = source[2];
        }
    }
}
