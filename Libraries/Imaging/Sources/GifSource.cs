namespace Imaging;

/// <summary>The first frame of a GIF, unpacked to indices at once and coloured row by row. Our own, because libvips gives transparent pixels no colour.</summary>
internal sealed unsafe class GifSource : PixelSource
{
    private readonly GifHeader _header;
    private readonly bool _onWhite;
    private readonly byte[] _indices;
    private readonly byte[] _palette = new byte[256 * 3];
    private byte[]? _rgb;

    private GifSource(GifHeader header, ReadOnlySpan<byte> file, bool onWhite)
    {
        (_header, _onWhite) = (header, onWhite);
        ReadPalette(file);
        _indices = PixelPool.Rent(header.Width * header.Height);
        // Around a frame that is smaller than the screen: transparent, or the first colour, as in Pillow.
        _indices.AsSpan(0, header.Width * header.Height).Fill((byte)Math.Max(header.Transparent, 0));
        if (GifCodes.Unpack(file[Math.Min(header.DataStart, file.Length)..], _indices, header))
            return;
        PixelPool.Return(_indices);
        throw GifHeader.Undecodable("is damaged or incomplete");
    }

    internal override int Width => _header.Width;
    internal override int Height => _header.Height;

    internal static PixelSource Open(ReadOnlySpan<byte> file, OpenOptions options) =>
        new GifSource(GifHeader.Parse(file), file, options.Alpha == AlphaMode.White);

    internal override RowBlock Rows(int top, int count, int left, int columns)
    {
        _rgb = PixelPool.Grow(_rgb, count * columns * 3);
        var target = PixelPool.Address(_rgb);
        for (var y = 0; y < count; y++)
        {
            foreach (var index in _indices.AsSpan((top + y) * Width + left, columns))
            {
                var at = index * 3;
                (target[0], target[1], target[2]) = (_palette[at], _palette[at + 1], _palette[at + 2]);
                target += 3;
            }
        }
        return new RowBlock(PixelPool.Address(_rgb), (nint)columns * 3);
    }

    public override void Dispose()
    {
        PixelPool.Return(_indices);
        PixelPool.Return(_rgb);
    }

    /// <summary>Colours the file does not hold are the gray of their number, as in Pillow.</summary>
    private void ReadPalette(ReadOnlySpan<byte> file)
    {
        for (var i = 0; i < _palette.Length; i++)
            _palette[i] = (byte)(i / 3);
        var stored = file[Math.Min(_header.PaletteStart, file.Length)..];
        stored[..Math.Min(stored.Length, _header.PaletteColours * 3)].CopyTo(_palette);
        if (_onWhite && _header.Transparent >= 0)
            _palette.AsSpan(_header.Transparent * 3, 3).Fill(255);
    }
}
