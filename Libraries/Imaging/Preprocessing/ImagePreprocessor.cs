namespace Imaging;

/// <summary>
/// Turns decoded pictures into a model's input tensor: resized with 8-bit fixed-point arithmetic, horizontally and then
/// vertically, bit for bit as Pillow does, and normalised on the way out. Only the part that the model sees is computed. Thread-safe.
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

    /// <summary>Writes the image's tensor over the first <see cref="Length"/> values of <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short.</exception>
    /// <exception cref="ObjectDisposedException">The image is disposed.</exception>
    public unsafe void Write(DecodedImage image, Span<float> destination)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (destination.Length < Length)
            throw new ArgumentException($"The tensor needs {Length} values; the destination has {destination.Length}.", nameof(destination));

        var tensor = destination[..Length];
        var plan = ResizePlan.For(_input, image.Width, image.Height);
        if (plan.X.Count < _input.Width || plan.Y.Count < _input.Height)
            _normaliser.Fill(tensor);

        if (_input.Colour != ColourOrder.Gray)
        {
            fixed (byte* pixels = image.Buffer)
                Resample(pixels, plan, tensor);
            return;
        }
        var gray = PixelPool.Rent(image.Width * image.Height);
        try
        {
            Luminance.Of(image.Pixels, gray.AsSpan(0, image.Width * image.Height));
            fixed (byte* pixels = gray)
                Resample(pixels, plan, tensor);
        }
        finally
        {
            PixelPool.Return(gray);
        }
    }

    private unsafe void Resample(byte* pixels, ResizePlan plan, Span<float> tensor)
    {
        using var vertical = new FilterTaps(plan.Y, _input.Interpolation);
        var (first, end) = vertical.Range;
        var stride = (nint)plan.X.Source * _input.Channels;
        pixels += first * stride;

        if (plan.X is { First: 0 } x && x.Source == x.Resized && x.Count == x.Source)
        {
            Columns(pixels, first, vertical, plan, tensor);
            return;
        }
        using var horizontal = new FilterTaps(plan.X, _input.Interpolation);
        var narrowed = PixelPool.Rent((end - first) * plan.X.Count * _input.Channels);
        try
        {
            fixed (byte* rows = narrowed)
            {
                HorizontalPass.Run(pixels, stride, rows, end - first, _input.Channels, horizontal);
                Columns(rows, first, vertical, plan, tensor);
            }
        }
        finally
        {
            PixelPool.Return(narrowed);
        }
    }

    /// <summary>The vertical pass, one output row at a time, each going straight into the tensor.</summary>
    private unsafe void Columns(byte* rows, int first, FilterTaps vertical, ResizePlan plan, Span<float> tensor)
    {
        var length = plan.X.Count * _input.Channels;
        var row = stackalloc byte[length];
        for (var y = 0; y < vertical.Outputs; y++)
        {
            var weights = vertical.Weights.Slice(y * vertical.Stride, vertical.Counts[y]);
            VerticalPass.Row(rows + (nint)(vertical.Starts[y] - first) * length, length, row, weights);
            _normaliser.Write(new ReadOnlySpan<byte>(row, length), plan.X.Target, plan.Y.Target + y, tensor);
        }
    }
}
