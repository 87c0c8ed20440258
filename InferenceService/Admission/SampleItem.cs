using Imaging;
using InferenceService.Models;

namespace InferenceService.Admission;

/// <summary>Inputs that could have come from a caller: noise as a photo's pixels would be normalised, or a plausible row.</summary>
internal static class SampleItem
{
    private const int RgbChannels = 3;

    /// <summary>The same for the same <paramref name="index"/>, on every machine.</summary>
    public static void Write(ModelManifest manifest, int index, Span<float> item)
    {
        var random = new Random(index);
        for (var i = 0; i < item.Length; i++)
            item[i] = manifest.TakesImages ? Pixel(manifest.Input, i, random) : Cell(manifest.Columns[i], random);
    }

    private static float Pixel(InputSpec input, int position, Random random)
    {
        var channel = position % RgbChannels;
        var value = random.Next(256) * input.Scale;
        return (value - At(input.Mean, channel, 0)) / At(input.Std, channel, 1);
    }

    private static float At(float[]? values, int channel, float otherwise) => values is { Length: > 0 } ? values[channel % values.Length] : otherwise;

    private static float Cell(ColumnSpec column, Random random) => column.Type switch
    {
        ColumnType.Boolean => random.Next(2),
        ColumnType.Category => random.Next(column.Values!.Count),
        _ => random.NextSingle() * 100,
    };
}
