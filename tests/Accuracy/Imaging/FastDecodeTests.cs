using Imaging;
using NUnit.Framework;
using TestSupport;

namespace Accuracy.Imaging;

/// <summary>Scaled decoding of real photos, whose sides are not multiples of the scale.</summary>
public class FastDecodeTests
{
    private const int Side = 112;

    [Test]
    public void What_decodes_exactly_decodes_fast_and_is_nearly_the_same()
    {
        var decoder = new ImageDecoder(new ImageLimits());
        var (exactly, fast) = (Preprocessor(fast: false), Preprocessor(fast: true));
        var (a, b) = (new float[exactly.Length], new float[fast.Length]);
        foreach (var photo in Directory.EnumerateFiles(SuiteData.Path("mask", "with_mask"), "*.jpg").Order(StringComparer.Ordinal).Where((_, i) => i % 4 == 0)
            .Concat(((string[])["with_mask052.jpg", "with_mask157.jpg", "with_mask252.jpg"]).SelectMany(name => Directory.EnumerateFiles(SuiteData.Path("mask", "with_mask"), name))))
        {
            var file = File.ReadAllBytes(photo);
            decoder.Prepare(file, exactly, a, CancellationToken.None);
            Assert.That(() => decoder.Prepare(file, fast, b, CancellationToken.None), Throws.Nothing, Path.GetFileName(photo));
            var difference = a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
            Assert.That(difference, Is.LessThan(4), $"{Path.GetFileName(photo)}: of 255, on average");
        }
    }

    private static ImagePreprocessor Preprocessor(bool fast) => new(new ImageInput { Width = Side, Height = Side, FastDecode = fast, Scale = 1 });
}
