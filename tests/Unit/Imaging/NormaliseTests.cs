using Imaging;
using NUnit.Framework;
using static Unit.Imaging.TestImages;

namespace Unit.Imaging;

/// <summary>From levels to the model's numbers: order, layout, arithmetic.</summary>
public class NormaliseTests
{
    private static readonly ImageDecoder Decoder = new(new ImageLimits());
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    private static readonly float[] Std = [0.229f, 0.224f, 0.225f];

    private static float[] Tensor(byte[] pixels, ImageInput input)
    {
        using var image = Decoder.Decode(PngRgb(input.Width, input.Height, pixels), CancellationToken.None);
        var preprocessor = new ImagePreprocessor(input);
        var tensor = new float[preprocessor.Length];
        preprocessor.Write(image, tensor);
        return tensor;
    }

    [Test]
    public void Each_value_is_scaled_centred_and_divided_in_float32()
    {
        var pixels = Noise(16, 16);
        var tensor = Tensor(pixels, new ImageInput { Width = 16, Height = 16, Layout = TensorLayout.Nhwc, Mean = Mean, Std = Std });
        for (var i = 0; i < pixels.Length; i++)
        {
            var scaled = (float)pixels[i] * (1f / 255);
            var centred = scaled - Mean[i % 3];
            Assert.That(tensor[i], Is.EqualTo(centred / Std[i % 3]), $"value {i}");
        }
    }

    [Test]
    public void Channels_first_holds_the_same_values_in_planes()
    {
        var pixels = Noise(5, 4);
        var input = new ImageInput { Width = 5, Height = 4, Mean = Mean, Std = Std };
        var planes = Tensor(pixels, input);
        var interleaved = Tensor(pixels, input with { Layout = TensorLayout.Nhwc });
        for (var i = 0; i < 20; i++)
            for (var c = 0; c < 3; c++)
                Assert.That(planes[c * 20 + i], Is.EqualTo(interleaved[i * 3 + c]));
    }

    [Test]
    public void Bgr_turns_channels_and_takes_mean_and_std_in_its_own_order([Values] TensorLayout layout)
    {
        var input = new ImageInput { Width = 1, Height = 1, Layout = layout, Colour = ColourOrder.Bgr, Scale = 1, Mean = [103, 116, 123], Std = [1, 2, 4] };
        Assert.That(Tensor([200, 150, 110], input), Is.EqualTo(new[] { 7f, 17f, 19.25f }));
    }

    [Test]
    public void A_border_is_normalised_like_a_pixel([Values] TensorLayout layout, [Values(ColourOrder.Rgb, ColourOrder.Bgr)] ColourOrder colour)
    {
        var input = new ImageInput { Width = 4, Height = 4, Layout = layout, Colour = colour, Resize = ResizeMode.Contain, PadColour = [10, 20, 30], Mean = Mean, Std = Std };
        using var flat = Decoder.Decode(PngRgb(4, 1, [.. Enumerable.Repeat(new byte[] { 10, 20, 30 }, 4).SelectMany(p => p)]), CancellationToken.None);
        var preprocessor = new ImagePreprocessor(input);
        var tensor = new float[preprocessor.Length];
        preprocessor.Write(flat, tensor);
        Assert.That(tensor.Distinct().Count(), Is.EqualTo(3), "border and picture have one colour");
    }

    [Test]
    public void The_shape_says_the_layout() =>
        Assert.Multiple(() =>
        {
            Assert.That(new ImagePreprocessor(new ImageInput { Width = 5, Height = 4 }).Shape, Is.EqualTo(new[] { 3, 4, 5 }));
            Assert.That(new ImagePreprocessor(new ImageInput { Width = 5, Height = 4, Layout = TensorLayout.Nhwc }).Shape, Is.EqualTo(new[] { 4, 5, 3 }));
            Assert.That(new ImagePreprocessor(new ImageInput { Width = 5, Height = 4, Colour = ColourOrder.Gray }).Length, Is.EqualTo(20));
        });

    [Test]
    public void Only_the_image_s_part_of_the_destination_is_written()
    {
        using var image = Decoder.Decode(JpegRgb, CancellationToken.None);
        var preprocessor = new ImagePreprocessor(new ImageInput { Width = 3, Height = 3 });
        var batch = Enumerable.Repeat(-1f, preprocessor.Length + 5).ToArray();
        preprocessor.Write(image, batch);
        Assert.That(batch[..preprocessor.Length], Has.None.EqualTo(-1f));
        Assert.That(batch[preprocessor.Length..], Has.All.EqualTo(-1f));
        Assert.That(() => preprocessor.Write(image, new float[preprocessor.Length - 1]), Throws.ArgumentException);
    }

    private static IEnumerable<TestCaseData> Mistakes()
    {
        var good = new ImageInput { Width = 8, Height = 8 };
        yield return new TestCaseData(good with { Width = 0 }, "Width");
        yield return new TestCaseData(good with { Height = 100_000 }, "Height");
        yield return new TestCaseData(good with { Layout = (TensorLayout)9 }, "Layout");
        yield return new TestCaseData(good with { Scale = 0 }, "Scale");
        yield return new TestCaseData(good with { Scale = float.NaN }, "Scale");
        yield return new TestCaseData(good with { Mean = [1] }, "Mean");
        yield return new TestCaseData(good with { Mean = [1, 2, float.PositiveInfinity] }, "Mean");
        yield return new TestCaseData(good with { Std = [1, 0, 1] }, "Std");
        yield return new TestCaseData(good with { Colour = ColourOrder.Gray, Std = [1, 1, 1] }, "Std");
        yield return new TestCaseData(good with { PadColour = [1] }, "PadColour");
        yield return new TestCaseData(good with { ResizeShorterSide = 10 }, "ResizeShorterSide");
        yield return new TestCaseData(good with { Resize = ResizeMode.CoverCrop, ResizeShorterSide = 7 }, "ResizeShorterSide");
    }

    [TestCaseSource(nameof(Mistakes))]
    public void A_mistake_in_a_package_is_named(ImageInput input, string field) =>
        Assert.That(() => new ImagePreprocessor(input), Throws.ArgumentException.With.Message.Contains($"ImageInput.{field} "));
}
