using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Imaging;

/// <summary>
/// Puts resized 8-bit rows into the model's tensor. A channel has only 256 values, so (v · scale − mean) / std is a table,
/// computed once in float32 with each operation rounded: exact, and no division per pixel.
/// </summary>
internal sealed class Normaliser
{
    private readonly ImageInput _input;
    private readonly float[][] _tables;
    private readonly int[] _sourceChannels;

    internal Normaliser(ImageInput input)
    {
        _input = input;
        _sourceChannels = input.Colour switch { ColourOrder.Gray => [0], ColourOrder.Bgr => [2, 1, 0], _ => [0, 1, 2] };
        _tables = [.. Enumerable.Range(0, input.Channels).Select(Table)];
    }

    /// <summary>Writes <paramref name="row"/> (RGB or gray bytes) into the tensor's row <paramref name="y"/> from column <paramref name="x"/> on.</summary>
    internal void Write(ReadOnlySpan<byte> row, int x, int y, Span<float> tensor)
    {
        var channels = _tables.Length;
        var pixels = row.Length / channels;
        for (var c = 0; c < channels; c++)
        {
            var step = _input.Layout == TensorLayout.Nhwc ? channels : 1;
            var start = step == 1
                ? (c * _input.Height + y) * _input.Width + x
                : (y * _input.Width + x) * channels + c;
            Write(row[_sourceChannels[c]..], channels, tensor[start..], step, pixels, _tables[c]);
        }
    }

    /// <summary>Fills the whole tensor with the border's colour.</summary>
    internal void Fill(Span<float> tensor)
    {
        var pad = _input.PadColour;
        ReadOnlySpan<byte> pixel = _input.Colour == ColourOrder.Gray ? [Luminance.Of(pad[0], pad[1], pad[2])] : pad;
        var plane = _input.Width * _input.Height;
        for (var c = 0; c < _tables.Length; c++)
        {
            var value = _tables[c][pixel[_sourceChannels[c]]];
            if (_input.Layout == TensorLayout.Nchw)
                tensor.Slice(c * plane, plane).Fill(value);
            else
                for (var i = c; i < tensor.Length; i += _tables.Length)
                    tensor[i] = value;
        }
    }

    private static void Write(ReadOnlySpan<byte> source, int sourceStep, Span<float> target, int targetStep, int count, float[] table)
    {
        // A byte is always a valid index into 256 entries, and the last source and target are checked here once.
        _ = source[(count - 1) * sourceStep];
        _ = target[(count - 1) * targetStep];
        ref var from = ref MemoryMarshal.GetReference(source);
        ref var to = ref MemoryMarshal.GetReference(target);
        ref var values = ref MemoryMarshal.GetArrayDataReference(table);
        for (nint i = 0, j = 0; count > 0; count--, i += sourceStep, j += targetStep)
            Unsafe.Add(ref to, j) = Unsafe.Add(ref values, Unsafe.Add(ref from, i));
    }

    private float[] Table(int channel)
    {
        var mean = _input.Mean.Length == 0 ? 0 : _input.Mean[channel];
        var std = _input.Std.Length == 0 ? 1 : _input.Std[channel];
        var table = new float[256];
        for (var v = 0; v < table.Length; v++)
        {
            var scaled = v * _input.Scale;
            var centred = scaled - mean;
            table[v] = centred / std;
        }
        return table;
    }
}
