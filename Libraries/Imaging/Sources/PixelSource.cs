namespace Imaging;

/// <summary>A picture that gives its rows as RGB, from top to bottom and each once. Owns what it reads from until it is disposed.</summary>
internal abstract unsafe class PixelSource : IDisposable
{
    /// <summary>Pixels per row as <see cref="Rows"/> gives them.</summary>
    internal abstract int Width { get; }

    /// <summary>Number of rows.</summary>
    internal abstract int Height { get; }

    /// <summary>Bytes that one row holds while it is decoded: says how many rows fit a cache.</summary>
    internal virtual int RowBytes => Width * 3;

    /// <summary>Decodes a part of some rows. Every row has to be asked for, if only one pixel of it: that is how a truncated file is noticed.</summary>
    /// <returns>RGB, valid until the next call; nothing behind the last pixel may be read.</returns>
    /// <exception cref="ImageRejectedException">The data is damaged.</exception>
    internal abstract RowBlock Rows(int top, int count, int left, int columns);

    public abstract void Dispose();
}

/// <summary>Rows in memory.</summary>
internal readonly unsafe struct RowBlock(byte* first, nint stride)
{
    internal byte* First { get; } = first;

    /// <summary>Bytes from one row to the next.</summary>
    internal nint Stride { get; } = stride;
}

/// <summary>What a caller wants of a picture beyond its pixels.</summary>
/// <param name="Alpha">What becomes of transparency.</param>
/// <param name="Shrink">1, or 2, 4 or 8 where the format can be decoded at a fraction of its size.</param>
internal readonly record struct OpenOptions(AlphaMode Alpha, int Shrink = 1);
