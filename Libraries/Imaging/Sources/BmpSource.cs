using System.Buffers.Binary;
using System.Numerics;

namespace Imaging;

/// <summary>A BMP, read row by row from a copy of the file; run-length coded ones are unpacked to indices first.</summary>
internal sealed unsafe class BmpSource : PixelSource
{
    private readonly BmpHeader _header;
    private readonly bool _onWhite;
    private readonly byte[] _data;
    private readonly long _rowBytes;
    private readonly byte[] _palette = new byte[256 * 3];
    private byte[]? _rgb;

    private BmpSource(BmpHeader header, ReadOnlySpan<byte> file, bool onWhite)
    {
        (_header, _onWhite) = (header, onWhite);
        ReadPalette(file);
        var pixels = header.PixelStart < file.Length ? file[(int)header.PixelStart..] : [];
        if (header.Coding is BmpCoding.Rle4 or BmpCoding.Rle8)
        {
            _rowBytes = header.Width;
            _data = PixelPool.Rent(header.Width * header.Height);
            if (BmpRuns.Unpack(pixels, _data.AsSpan(0, header.Width * header.Height), header.Width, header.Coding == BmpCoding.Rle4))
                return;
            PixelPool.Return(_data);
            throw BmpHeader.Undecodable("is damaged or incomplete");
        }
        _rowBytes = header.RowBytes;
        // The padding of the last row may be missing.
        if (pixels.Length < _rowBytes * (header.Height - 1) + ((long)header.Width * header.Bits + 7) / 8)
            throw BmpHeader.Undecodable("is damaged or incomplete");
        _data = PixelPool.Rent(pixels.Length);
        pixels.CopyTo(_data);
    }

    internal override int Width => _header.Width;
    internal override int Height => _header.Height;

    internal static PixelSource Open(ReadOnlySpan<byte> file, OpenOptions options) =>
        new BmpSource(BmpHeader.Parse(file), file, options.Alpha == AlphaMode.White);

    internal override RowBlock Rows(int top, int count, int left, int columns)
    {
        _rgb = PixelPool.Grow(_rgb, count * columns * 3);
        for (var y = 0; y < count; y++)
        {
            var stored = _header.TopDown ? top + y : Height - 1 - top - y;
            Row(_data.AsSpan((int)(stored * _rowBytes)), left, _rgb.AsSpan(y * columns * 3, columns * 3));
        }
        return new RowBlock(PixelPool.Address(_rgb), (nint)columns * 3);
    }

    public override void Dispose()
    {
        PixelPool.Return(_data);
        PixelPool.Return(_rgb);
    }

    private void Row(ReadOnlySpan<byte> row, int left, Span<byte> rgb)
    {
        var unpacked = _header.Coding is BmpCoding.Rle4 or BmpCoding.Rle8;
        for (var x = left; !rgb.IsEmpty; x++, rgb = rgb[3..])
        {
            switch (unpacked ? 8 : _header.Bits)
            {
                case 1:
                    Indexed(row[x / 8] >> (7 - x % 8) & 1, rgb);
                    break;
                case 4:
                    Indexed(row[x / 2] >> (4 - x % 2 * 4) & 15, rgb);
                    break;
                case 8:
                    Indexed(row[x], rgb);
                    break;
                case 16:
                    Masked(BinaryPrimitives.ReadUInt16LittleEndian(row[(x * 2)..]), rgb);
                    break;
                case 24:
                    (rgb[0], rgb[1], rgb[2]) = (row[x * 3 + 2], row[x * 3 + 1], row[x * 3]);
                    break;
                default:
                    Masked(BinaryPrimitives.ReadUInt32LittleEndian(row[(x * 4)..]), rgb);
                    break;
            }
        }
    }

    private void Indexed(int index, Span<byte> rgb) => _palette.AsSpan(index * 3, 3).CopyTo(rgb);

    private void Masked(uint pixel, Span<byte> rgb)
    {
        (rgb[0], rgb[1], rgb[2]) = (Part(pixel, _header.Red), Part(pixel, _header.Green), Part(pixel, _header.Blue));
        if (!_onWhite || _header.Alpha == 0)
            return;
        var alpha = Part(pixel, _header.Alpha);
        fixed (byte* target = rgb)
            PixelConverter.BlendOnWhite(&alpha, target, 1, 0);
    }

    /// <summary>The bits under the mask, spread over 0..255 and rounded down, as Pillow does.</summary>
    private static byte Part(uint pixel, uint mask)
    {
        var shift = BitOperations.TrailingZeroCount(mask);
        return (byte)((ulong)(pixel >> shift & mask >> shift) * 255 / (mask >> shift));
    }

    /// <summary>Colours the file does not hold are the gray of their number, as in Pillow.</summary>
    private void ReadPalette(ReadOnlySpan<byte> file)
    {
        for (var i = 0; i < _palette.Length; i++)
            _palette[i] = (byte)(i / 3);
        for (var i = 0; i < Math.Min(_header.PaletteColours, 256); i++)
        {
            var at = _header.PaletteStart + i * _header.PaletteEntryBytes;
            if (at + 3 > file.Length)
                return;
            (_palette[i * 3], _palette[i * 3 + 1], _palette[i * 3 + 2]) = (file[at + 2], file[at + 1], file[at]);
        }
    }
}
