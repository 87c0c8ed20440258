namespace Imaging;

/// <summary>
/// Turns pictures into a model's input tensor: resized with 8-bit fixed-point arithmetic, horizontally and then vertically,
/// bit for bit as Pillow does, measured, and normalised on the way out. Only the part that the model sees is computed. Thread-safe.
/// </summary>
public sealed class ImagePreprocessor
{
    private readonly ImageInput _input;
    private readonly Normaliser _normaliser;

    /// <exception cref="ArgumentException">A field of <paramref name="input"/> makes no sense; the message names it.</exception>
    public ImagePreprocessor(ImageInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        input.Validate();
        _input = input;
        _normaliser = new Normaliser(input);
        Shape = input.Layout == TensorLayout.Nchw
            ? [input.Channels, input.Height, input.Width]
            : [input.Height, input.Width, input.Channels];
        Length = checked(input.Channels * input.Height * input.Width);
    }

    /// <summary>One image's shape without the batch axis: [C, H, W] or [H, W, C]. Do not change it.</summary>
    public int[] Shape { get; }

    /// <summary>Number of float32 values of one image.</summary>
    public int Length { get; }

    internal AlphaMode Alpha => _input.Alpha;

    /// <summary>Writes the image's tensor over the first <see cref="Length"/> values of <paramref name="destination"/>.</summary>
    /// <returns>What the resized picture looks like.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The image is disposed.</exception>
    public unsafe ImageMetrics Write(DecodedImage image, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var source = new MemorySource(PixelPool.Address(image.Buffer), image.Width, image.Height);
        return Write(source, destination, CancellationToken.None);
    }

    /// <summary>The same with a picture that is decoded on the way: no more of it is ever in memory than a strip.</summary>
    internal unsafe ImageMetrics Write(PixelSource source, Span<float> destination, CancellationToken cancellation)
    {
        RequireRoom(destination);
        var plan = ResizePlan.For(_input, source.Width, source.Height);
        using var vertical = new FilterTaps(plan.Y, _input.Interpolation);
        using var narrowed = new NarrowedRows(source, plan.X, vertical.Range, _input, cancellation);

        var rowBytes = plan.X.Count * _input.Channels;
        var resized = PixelPool.Rent(rowBytes * plan.Y.Count);
        try
        {
            var rows = PixelPool.Address(resized);
            VerticalPass.Run(narrowed.Pixels, rowBytes, rows, vertical);

            var tensor = destination[..Length];
            if (plan.X.Count < _input.Width || plan.Y.Count < _input.Height)
                _normaliser.Fill(tensor);
            for (var y = 0; y < plan.Y.Count; y++)
                _normaliser.Write(new ReadOnlySpan<byte>(rows + (nint)y * rowBytes, rowBytes), plan.X.Target, plan.Y.Target + y, tensor);
            return ImageMetrics.Measure(rows, plan.X.Count, plan.Y.Count, _input.Channels);
        }
        finally
        {
            PixelPool.Return(resized);
        }
    }

    /// <exception cref="ArgumentException">Too short for a tensor.</exception>
    internal void RequireRoom(ReadOnlySpan<float> destination)
    {
        if (destination.Length < Length)
            throw new ArgumentException($"The tensor needs {Length} values; the destination has {destination.Length}.", nameof(destination));
    }

    /// <summary>At what fraction of its size an upright picture may be decoded: 1, or 2, 4 or 8 as long as it stays twice as large as it is resized to.</summary>
    internal int ShrinkFor(int width, int height)
    {
        if (!_input.FastDecode)
            return 1;
        var plan = ResizePlan.For(_input, width, height);
        for (var shrink = 8; shrink > 1; shrink /= 2)
        {
            if (width / shrink >= 2 * plan.X.Resized && height / shrink >= 2 * plan.Y.Resized)
                return shrink;
        }
        return 1;
    }
}
