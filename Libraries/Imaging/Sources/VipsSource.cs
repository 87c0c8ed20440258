namespace Imaging;

/// <summary>A picture that libvips decodes, as its rows are asked for and on the caller's thread.</summary>
internal sealed unsafe class VipsSource : PixelSource
{
    private readonly FormatEntry _entry;
    private readonly VipsImage _image;
    private readonly PixelConverter.Layout _layout;
    private readonly byte[] _file;
    private byte* _fetched;
    private byte[]? _converted;

    private VipsSource(FormatEntry entry, VipsImage image, byte[] file, PixelConverter.Layout layout) =>
        (_entry, _image, _file, _layout) = (entry, image, file, layout);

    internal override int Width => _image.Width;
    internal override int Height => _image.Height;
    internal override int RowBytes => Width * _layout.BytesPerPixel;

    /// <exception cref="ImageRejectedException">libvips does not open the file, or sees another picture in it than our header reader.</exception>
    internal static VipsSource Open(FormatEntry entry, VipsReader reader, ReadOnlySpan<byte> file, HeaderFacts facts, OpenOptions options)
    {
        var essentials = PixelPool.Rent(file.Length);
        VipsImage? image = null;
        try
        {
            var length = reader.CopyEssentials(file, essentials);
            image = VipsImage.TryOpen(reader.Operation, reader.OptionsFor(options.Shrink), PixelPool.Address(essentials), length) ?? throw Damaged(entry);
            return new VipsSource(entry, image, essentials, LayoutOf(image, facts, entry, options));
        }
        catch
        {
            image?.Dispose();
            PixelPool.Return(essentials);
            throw;
        }
    }

    internal override RowBlock Rows(int top, int count, int left, int columns)
    {
        Release();
        _fetched = _image.TryFetch(left, top, columns, count, out var length);
        if (_fetched == null || length != (nuint)count * (nuint)columns * (nuint)_layout.BytesPerPixel)
            throw Damaged(_entry);
        if (_layout.IsRgb)
            return new RowBlock(_fetched, (nint)columns * 3);

        _converted = PixelPool.Grow(_converted, count * columns * 3);
        PixelConverter.ToRgb(_fetched, PixelPool.Address(_converted), count * columns, _layout);
        return new RowBlock(PixelPool.Address(_converted), (nint)columns * 3);
    }

    public override void Dispose()
    {
        Release();
        PixelPool.Return(_converted);
        _image.Dispose();
        // Not before: the native image reads from it to the end.
        PixelPool.Return(_file);
    }

    private void Release()
    {
        Vips.Free(_fetched);
        _fetched = null;
    }

    /// <summary>Checks that the decoder sees the picture that our header reader measured against the limits.</summary>
    private static PixelConverter.Layout LayoutOf(VipsImage source, HeaderFacts facts, FormatEntry entry, OpenOptions options)
    {
        var sixteenBit = source.Format == Vips.FormatUShort;
        var cmyk = source.Interpretation == Vips.InterpretationCmyk;
        var fits = IsShrunk(source.Width, facts.Width, options.Shrink) && IsShrunk(source.Height, facts.Height, options.Shrink)
            && source.Bands is >= 1 and <= 5
            && (sixteenBit || source.Format == Vips.FormatByte)
            && (!cmyk || source.Bands >= 4);
        if (!fits)
            throw Damaged(entry);
        return new PixelConverter.Layout(source.Bands, sixteenBit, cmyk, options.Alpha == AlphaMode.White);
    }

    /// <summary>libjpeg rounds a shrunk side up; libvips then cuts off what is not a whole pixel's worth.</summary>
    private static bool IsShrunk(int side, int full, int shrink) => side >= full / shrink && side <= (full + shrink - 1) / shrink;

    private static ImageRejectedException Damaged(FormatEntry entry) =>
        new(ImageRejection.Undecodable, $"The {entry.Name} is damaged or incomplete.");
}
