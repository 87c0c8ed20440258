using Imaging;
using NUnit.Framework;
using TestSupport;

namespace Accuracy.Imaging;

/// <summary>
/// Every file of the odd and hostile collection, and some photos: decoded and resized as Pillow does, bit for bit.
/// Differences are listed in <see cref="PillowExceptions"/> with their reason, or the test fails.
/// </summary>
public class PillowComparisonTests
{
    private const int Photos = 40;

    /// <summary>The same inputs as in pillow_reference.py.</summary>
    private static readonly Dictionary<string, ImageInput> Cases = new()
    {
        ["stretch-bilinear"] = new() { Width = 224, Height = 224 },
        ["stretch-bicubic"] = new() { Width = 260, Height = 200, Interpolation = Interpolation.Bicubic },
        ["crop-bilinear"] = new() { Width = 224, Height = 224, Resize = ResizeMode.CoverCrop, ResizeShorterSide = 256 },
        ["crop-bicubic"] = new() { Width = 224, Height = 224, Resize = ResizeMode.CoverCrop, ResizeShorterSide = 256, Interpolation = Interpolation.Bicubic },
        ["contain-bilinear"] = new() { Width = 320, Height = 240, Resize = ResizeMode.Contain, PadColour = [114, 114, 114] },
        ["gray-bicubic"] = new() { Width = 96, Height = 112, Colour = ColourOrder.Gray, Interpolation = Interpolation.Bicubic },
    };

    private static readonly ImageDecoder Decoder = new(new ImageLimits());
    private PillowReference _pillow = null!;

    [OneTimeSetUp]
    public void Ask_pillow()
    {
        var folder = SuiteData.Path("decode");
        var odd = File.ReadLines(Path.Combine(folder, "manifest.tsv")).Skip(1).Select(line => Path.Combine(folder, line.Split('\t')[0]));
        var photos = Directory.EnumerateFiles(SuiteData.Path("imagenet", "images")).Order(StringComparer.Ordinal).Take(Photos);
        _pillow = new PillowReference([.. odd, .. photos]);
        Assert.That(_pillow.Answers, Has.Count.GreaterThanOrEqualTo(Photos + 267));
    }

    [OneTimeTearDown]
    public void Forget() => _pillow?.Dispose();

    [Test]
    public void Decoded_pixels_are_pillows([Values] AlphaMode alpha)
    {
        var outcomes = _pillow.Answers.Select(answer => (Name: PillowExceptions.NameOf(answer.File), Outcome: Compare(answer, alpha))).ToArray();
        foreach (var (name, outcome) in outcomes)
            TestContext.Out.WriteLine($"{name}: {outcome.Text}{(PillowExceptions.Find(name, alpha) is { } known ? $" ({known.Reason})" : "")}");
        foreach (var kind in outcomes.GroupBy(o => PillowExceptions.Find(o.Name, alpha) is null ? o.Outcome.Kind : "listed exception"))
            TestContext.Progress.WriteLine($"figure: pictures, alpha {alpha}, {kind.Key}: {kind.Count()} of {outcomes.Length}");

        Assert.Multiple(() =>
        {
            Assert.That(outcomes.Where(o => PillowExceptions.Find(o.Name, alpha) is null && o.Outcome.Kind is not ("exact" or "refused by both")).Select(o => $"{o.Name}: {o.Outcome.Text}"), Is.Empty);
            Assert.That(outcomes.Where(o => PillowExceptions.Find(o.Name, alpha) is { } known && !known.Covers(o.Outcome)).Select(o => $"{o.Name}: {o.Outcome.Text}"), Is.Empty, "an exception is what its line says");
            Assert.That(PillowExceptions.Names.Except(outcomes.Select(o => o.Name)), Is.Empty, "no exception without its file");
        });
    }

    private static PillowOutcome Compare(PillowAnswer answer, AlphaMode alpha)
    {
        using var image = TryDecode(answer.File, alpha, out var rejection);
        if (image is null)
            return answer.Accepted ? new("refused here", $"refused: {rejection}") : new("refused by both", $"refused: {rejection}");
        if (!answer.Accepted)
            return new("decoded here only", $"decoded; Pillow refuses it: {answer.Message}");
        if ((image.Width, image.Height) != (answer.Width, answer.Height))
            return new("different", $"{image.Width}x{image.Height} is not {answer.Width}x{answer.Height}");
        var (count, worst) = Differences(image.Pixels, alpha == AlphaMode.Drop ? answer.Pixels : answer.Resized("white"));
        return count == 0 ? new("exact", "exact") : new("different", $"{count} values differ, by up to {worst} levels", worst);
    }

    [Test]
    public void Resized_pictures_are_pillows([ValueSource(nameof(CaseNames))] string name)
    {
        var preprocessor = new ImagePreprocessor(Cases[name] with { Scale = 1, Layout = TensorLayout.Nhwc });
        var tensor = new float[preprocessor.Length];
        var differences = new List<string>();
        var comparable = _pillow.Answers.Where(answer => answer.Accepted && PillowExceptions.Find(PillowExceptions.NameOf(answer.File), AlphaMode.Drop) is null).ToArray();
        foreach (var answer in comparable)
        {
            // The way that requests take: from the file to the tensor, strip by strip.
            Decoder.Prepare(File.ReadAllBytes(answer.File), preprocessor, tensor, CancellationToken.None);
            var (count, worst) = Differences(Array.ConvertAll(tensor, v => (byte)v), answer.Resized(name));
            if (count > 0)
                differences.Add($"{answer.File}: {count} values differ, by up to {worst} levels");
        }
        TestContext.Progress.WriteLine($"figure: {name}, resized exactly: {comparable.Length - differences.Count} of {comparable.Length}");
        Assert.That(differences, Is.Empty);
    }

    private static IEnumerable<string> CaseNames => Cases.Keys;

    private static DecodedImage? TryDecode(string file, AlphaMode alpha, out string? rejection)
    {
        try
        {
            rejection = null;
            return Decoder.Decode(File.ReadAllBytes(file), CancellationToken.None, alpha);
        }
        catch (ImageRejectedException e)
        {
            rejection = $"{e.Reason}, {e.Message}";
            return null;
        }
    }

    private static (int Count, int Worst) Differences(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> pillows)
    {
        Assert.That(ours.Length, Is.EqualTo(pillows.Length));
        var (count, worst) = (0, 0);
        for (var i = 0; i < ours.Length; i++)
        {
            var difference = Math.Abs(ours[i] - pillows[i]);
            count += difference == 0 ? 0 : 1;
            worst = Math.Max(worst, difference);
        }
        return (count, worst);
    }
}
