namespace Imaging;

/// <summary>From the words of a package to what is done with an image: the same for whoever serves a model and whoever trains upon it.</summary>
public static class ImageInputs
{
    /// <exception cref="InvalidDataException">A word is unknown or a value out of range; the message names the field.</exception>
    public static ImageInput From(InputSpec input)
    {
        try
        {
            return new ImageInput
            {
                Width = input.Width,
                Height = input.Height,
                Layout = Word<TensorLayout>(input.Layout, "layout"),
                Colour = Word<ColourOrder>(input.Colour, "colour"),
                Resize = Word<ResizeMode>(input.Resize, "resize"),
                Interpolation = Word<Interpolation>(input.Interpolation, "interpolation"),
                ResizeShorterSide = input.ShorterSide,
                Scale = input.Scale,
                Mean = input.Mean ?? [],
                Std = input.Std ?? [],
                PadColour = Colour(input.PadColour ?? [0, 0, 0]),
                Alpha = Word<AlphaMode>(input.Alpha, "alpha"),
                FastDecode = input.FastDecode,
            };
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"model.json: input: {e.Message}", e);
        }
    }

    private static byte[] Colour(int[] values) => values is [>= 0 and <= 255, >= 0 and <= 255, >= 0 and <= 255]
        ? Array.ConvertAll(values, value => (byte)value)
        : throw new InvalidDataException("model.json: input.padColour must be three numbers 0..255: red, green, blue.");

    private static TEnum Word<TEnum>(string word, string field) where TEnum : struct, Enum =>
        Enum.TryParse<TEnum>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var value) && Enum.IsDefined(value)
            ? value
            : throw new InvalidDataException($"model.json: input.{field} '{word}' is none of {string.Join(", ", Enum.GetNames<TEnum>())}.");
}
