using System.Runtime.CompilerServices;

namespace Imaging;

/// <summary>
/// The rows that the vertical pass needs, resized horizontally: each strip while it is still in the cache. Columns and rows
/// that the model does not see are decoded, so that damage in them is noticed, but neither copied nor resized.
/// </summary>
internal sealed unsafe class NarrowedRows : IDisposable
{
    private readonly AxisPlan _axis;
    private readonly int _channels;
    private readonly FilterTaps _taps;
    private readonly PackedWeights _packed;
    private readonly byte[] _rows;
    private byte[]? _gray;
    private byte[]? _last;

    /// <param name="source">From its first row.</param>
    /// <param name="axis">The x axis.</param>
    /// <param name="needed">First row to keep, and one past the last.</param>
    /// <param name="input">Filter and channels.</param>
    /// <param name="cancellation">Looked at between strips.</param>
    internal NarrowedRows(PixelSource source, AxisPlan axis, (int First, int End) needed, ImageInput input, CancellationToken cancellation)
    {
        (_axis, _channels) = (axis, input.Channels);
        _taps = new FilterTaps(axis, input.Interpolation);
        _packed = new PackedWeights(_taps);
        _rows = PixelPool.Rent((needed.End - needed.First) * axis.Count * _channels);
        try
        {
            Fill(source, needed.First, needed.End, cancellation);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>[rows, <see cref="AxisPlan.Count"/>, channels], the first needed row first.</summary>
    internal byte* Pixels => PixelPool.Address(_rows);

    public void Dispose()
    {
        _taps.Dispose();
        _packed.Dispose();
        PixelPool.Return(_rows);
        PixelPool.Return(_gray);
        PixelPool.Return(_last);
    }

    private void Fill(PixelSource source, int first, int end, CancellationToken cancellation)
    {
        var (left, right) = _taps.Range;
        var stripRows = StripDecoder.StripRows(source);
        for (var top = 0; top < source.Height;)
        {
            cancellation.ThrowIfCancellationRequested();
            var wanted = top >= first && top < end;
            var count = Math.Min(stripRows, (wanted ? end : top < first ? first : source.Height) - top);
            if (wanted)
                Narrow(source.Rows(top, count, left, right - left), count, left, right - left, Pixels + (nint)(top - first) * _axis.Count * _channels);
            else
                source.Rows(top, count, 0, 1);
            top += count;
        }
    }

    private void Narrow(RowBlock block, int count, int left, int columns, byte* target)
    {
        if (_channels == 1)
            block = Gray(block, count, columns);
        if (_axis.Source == _axis.Resized)
        {
            var bytesKept = (uint)(_axis.Count * _channels);
            for (var y = 0; y < count; y++)
                Unsafe.CopyBlockUnaligned(target + y * (nint)bytesKept, block.First + y * block.Stride + (_axis.First - left) * _channels, bytesKept);
            return;
        }

        var before = left * _channels;
        HorizontalPass.Run(block.First - before, block.Stride, target, count - 1, _channels, _taps, _packed);
        // The kernels read on behind a row: behind the last one only in memory of our own.
        var bytes = columns * _channels;
        _last = PixelPool.Grow(_last, bytes);
        new ReadOnlySpan<byte>(block.First + (count - 1) * block.Stride, bytes).CopyTo(_last);
        HorizontalPass.Run(PixelPool.Address(_last) - before, 0, target + (nint)(count - 1) * _axis.Count * _channels, 1, _channels, _taps, _packed);
    }

    private RowBlock Gray(RowBlock block, int count, int columns)
    {
        _gray = PixelPool.Grow(_gray, count * columns);
        for (var y = 0; y < count; y++)
            Luminance.Of(new ReadOnlySpan<byte>(block.First + y * block.Stride, columns * 3), _gray.AsSpan(y * columns, columns));
        return new RowBlock(PixelPool.Address(_gray), columns);
    }
}
