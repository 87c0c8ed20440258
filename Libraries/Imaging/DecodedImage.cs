namespace Imaging;

/// <summary>A picture in memory, upright. Dispose it to give its memory back; a forgotten one is merely collected.</summary>
public sealed class DecodedImage : IDisposable
{
    private byte[]? _buffer;

    internal DecodedImage(ImageFormat format, int width, int height)
    {
        (Format, Width, Height) = (format, width, height);
        _buffer = PixelPool.Rent(checked(width * height * 3));
    }

    /// <summary>Format of the file it came from.</summary>
    public ImageFormat Format { get; }

    /// <summary>Pixels per row, after orientation.</summary>
    public int Width { get; }

    /// <summary>Rows, after orientation.</summary>
    public int Height { get; }

    /// <summary>[Height, Width, 3] uint8, red first, rows without padding. Valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public ReadOnlySpan<byte> Pixels => Buffer.AsSpan(0, Width * Height * 3);

    /// <summary>The pixels and at least <see cref="PixelPool.Slack"/> bytes behind them.</summary>
    internal byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(DecodedImage));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            PixelPool.Return(buffer);
    }
}
