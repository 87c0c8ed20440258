namespace Imaging;

/// <summary>
/// Decodes strangers' files to RGB. Checks the header against the limits before any pixel is decoded, reads to the last row
/// so that a truncated file is noticed, and decodes on the caller's thread. One instance serves all threads.
/// </summary>
public sealed class ImageDecoder
{
    private readonly ImageLimits _limits;
    private readonly SemaphoreSlim _turns;

    /// <exception cref="ArgumentException">A limit makes no sense; the message names it.</exception>
    /// <exception cref="DllNotFoundException">The native decoder is not beside the program; the message says how to get it.</exception>
    public ImageDecoder(ImageLimits limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        limits.Validate();
        VipsRuntime.EnsureStarted();
        _limits = limits;
        _turns = new SemaphoreSlim(limits.MaxConcurrentDecodes);
    }

    /// <summary>The formats that <see cref="Decode"/> takes.</summary>
    public static IReadOnlyList<ImageFormat> AcceptedFormats { get; } = Array.ConvertAll(FormatTable.Accepted, e => e.Format);

    /// <summary>Reads and checks what the file says of itself; decodes nothing.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <exception cref="ImageRejectedException">The file is not acceptable; it may still turn out damaged when it is.</exception>
    public ImageHeader ReadHeader(ReadOnlySpan<byte> bytes)
    {
        var (entry, facts) = Inspect(bytes);
        return new ImageHeader(entry.Format, facts.Width, facts.Height, facts.Orientation);
    }

    /// <summary>Decodes the file's (first) picture, upright.</summary>
    /// <param name="bytes">The whole file; not kept.</param>
    /// <param name="cancellationToken">Ends the wait for a turn, and decoding between two strips of rows.</param>
    /// <param name="alpha">What becomes of transparency.</param>
    /// <returns>[Height, Width, 3] uint8 RGB, to be disposed by the caller.</returns>
    /// <exception cref="ImageRejectedException">The file is not acceptable or damaged.</exception>
    /// <exception cref="TimeoutException">No turn within <see cref="ImageLimits.MaxWait"/>: too many decodes at once.</exception>
    /// <exception cref="OperationCanceledException">As asked.</exception>
    public DecodedImage Decode(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken, AlphaMode alpha = AlphaMode.Drop)
    {
        var (entry, facts) = Inspect(bytes.Span);
        TakeTurn(cancellationToken);
        try
        {
            using var source = entry.Reader!.Open(entry, bytes.Span, facts, new OpenOptions(alpha));
            return StripDecoder.Decode(source, entry.Format, facts.Orientation, cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>
    /// Decodes the file's (first) picture straight into a model's input: cheaper than <see cref="Decode"/> and
    /// <see cref="ImagePreprocessor.Write(DecodedImage, Span{float})"/>, because an upright picture is never in memory as a whole.
    /// </summary>
    /// <param name="bytes">The whole file; not kept.</param>
    /// <param name="preprocessor">The model's.</param>
    /// <param name="destination">At least <see cref="ImagePreprocessor.Length"/> values.</param>
    /// <param name="cancellationToken">As for <see cref="Decode"/>.</param>
    /// <returns>What the picture was.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ImageRejectedException">The file is not acceptable or damaged; what <paramref name="destination"/> holds then is undefined.</exception>
    /// <exception cref="TimeoutException">No turn within <see cref="ImageLimits.MaxWait"/>: too many decodes at once.</exception>
    /// <exception cref="OperationCanceledException">As asked.</exception>
    public PreparedImage Prepare(ReadOnlyMemory<byte> bytes, ImagePreprocessor preprocessor, Span<float> destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(preprocessor);
        preprocessor.RequireRoom(destination);
        var (entry, facts) = Inspect(bytes.Span);
        var swap = OrientedTarget.SwapsSides(facts.Orientation);
        var (width, height) = swap ? (facts.Height, facts.Width) : (facts.Width, facts.Height);
        var shrink = entry.Reader!.Shrinks ? preprocessor.ShrinkFor(width, height) : 1;

        TakeTurn(cancellationToken);
        try
        {
            using var source = entry.Reader.Open(entry, bytes.Span, facts, new OpenOptions(preprocessor.Alpha, shrink));
            return new PreparedImage(entry.Format, width, height, Write(source, entry.Format, facts.Orientation, preprocessor, destination, cancellationToken));
        }
        finally
        {
            _turns.Release();
        }
    }

    private static ImageMetrics Write(PixelSource source, ImageFormat format, int orientation, ImagePreprocessor preprocessor, Span<float> destination, CancellationToken cancellationToken)
    {
        if (orientation == 1)
            return preprocessor.Write(source, destination, cancellationToken);
        using var upright = StripDecoder.Decode(source, format, orientation, cancellationToken);
        return preprocessor.Write(upright, destination);
    }

    private void TakeTurn(CancellationToken cancellationToken)
    {
        if (!_turns.Wait(_limits.MaxWait, cancellationToken))
            throw new TimeoutException($"No image could be decoded within {_limits.MaxWait.TotalSeconds:0.#} s: ImageLimits.MaxConcurrentDecodes is {_limits.MaxConcurrentDecodes}.");
    }

    private (FormatEntry Entry, HeaderFacts Facts) Inspect(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            throw new ImageRejectedException(ImageRejection.Empty, "The image is empty.");
        if (bytes.Length > _limits.MaxFileBytes)
            throw new ImageRejectedException(ImageRejection.TooManyBytes, $"The image has {bytes.Length} bytes; at most {_limits.MaxFileBytes} are accepted.");

        var entry = FormatTable.Recognise(bytes);
        var facts = entry.Reader!.ReadHeader(bytes, _limits);

        if (facts.Width > _limits.MaxSidePixels || facts.Height > _limits.MaxSidePixels)
            throw new ImageRejectedException(ImageRejection.TooLarge, $"The image is {facts.Width} x {facts.Height} pixels; at most {_limits.MaxSidePixels} per side are accepted.");
        if ((long)facts.Width * facts.Height > _limits.MaxPixels)
            throw new ImageRejectedException(ImageRejection.TooLarge, $"The image is {facts.Width} x {facts.Height} = {(long)facts.Width * facts.Height} pixels; at most {_limits.MaxPixels} are accepted.");
        return (entry, facts);
    }
}
