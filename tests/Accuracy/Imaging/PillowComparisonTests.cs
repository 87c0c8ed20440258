using Imaging;
using NUnit.Framework;
using TestSupport;

namespace Accuracy.Imaging;

/// <summary>
/// Every JPEG and PNG of the odd and hostile collection, and some photos: decoded and resized as Pillow does, bit for bit.
/// Differences are listed here with their reason, or the test fails.
/// </summary>
public class PillowComparisonTests
{
    private const int Photos = 40;

    /// <summary>Files that Pillow refuses and we decode.</summary>
    private static readonly Dictionary<string, string> AcceptedHereOnly = new()
    {
        ["truncated_exif_dpi.jpg"] = "Pillow fails on a resolution tag in the EXIF block; the picture is whole",
    };

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
        var odd = Directory.EnumerateFiles(SuiteData.Path("decode"), "*", SearchOption.AllDirectories).Where(IsJpegOrPng);
        var photos = Directory.EnumerateFiles(SuiteData.Path("imagenet", "images")).Order(StringComparer.Ordinal).Take(Photos);
        _pillow = new PillowReference([.. odd.Order(StringComparer.Ordinal), .. photos]);
        Assert.That(_pillow.Answers, Has.Count.GreaterThan(Photos + 70));
    }

    [OneTimeTearDown]
    public void Forget() => _pillow?.Dispose();

    [Test]
    public void Decoded_pixels_are_pillows()
    {
        var differences = new List<string>();
        var acceptedHereOnly = new HashSet<string>();
        foreach (var answer in _pillow.Answers)
        {
            using var image = TryDecode(answer.File, out var rejection);
            var difference = (image, answer.Accepted) switch
            {
                (null, true) => $"we refuse it: {rejection}",
                (not null, false) => AcceptedHereOnly.ContainsKey(Path.GetFileName(answer.File)) && acceptedHereOnly.Add(Path.GetFileName(answer.File)) ? null : $"Pillow refuses it: {answer.Message}",
                (null, false) => null,
                _ => (image.Width, image.Height) != (answer.Width, answer.Height) ? $"{image.Width}x{image.Height} is not {answer.Width}x{answer.Height}" : Worst(image.Pixels, answer.Pixels),
            };
            if (difference is not null)
                differences.Add($"{answer.File} ({answer.Mode}): {difference}");
        }
        TestContext.Out.WriteLine($"{_pillow.Answers.Count} files, {_pillow.Answers.Count(a => !a.Accepted)} refused by Pillow, {differences.Count} differences");
        Assert.That(differences, Is.Empty);
        Assert.That(acceptedHereOnly, Is.EquivalentTo(AcceptedHereOnly.Keys), "the list of exceptions holds no file that is none");
    }

    [Test]
    public void Resized_pictures_are_pillows([ValueSource(nameof(CaseNames))] string name)
    {
        var preprocessor = new ImagePreprocessor(Cases[name] with { Scale = 1, Layout = TensorLayout.Nhwc });
        var tensor = new float[preprocessor.Length];
        var differences = new List<string>();
        foreach (var answer in _pillow.Answers.Where(a => a.Accepted))
        {
            using var image = Decoder.Decode(File.ReadAllBytes(answer.File), CancellationToken.None);
            preprocessor.Write(image, tensor);
            if (Worst(Array.ConvertAll(tensor, v => (byte)v), answer.Resized(name)) is { } difference)
                differences.Add($"{answer.File}: {difference}");
        }
        TestContext.Out.WriteLine($"{name}: {_pillow.Answers.Count(a => a.Accepted)} pictures, {differences.Count} differences");
        Assert.That(differences, Is.Empty);
    }

    private static IEnumerable<string> CaseNames => Cases.Keys;

    private static DecodedImage? TryDecode(string file, out string? rejection)
    {
        try
        {
            rejection = null;
            return Decoder.Decode(File.ReadAllBytes(file), CancellationToken.None);
        }
        catch (ImageRejectedException e)
        {
            rejection = e.Message;
            return null;
        }
    }

    /// <returns>Null where all is equal; else how many values differ and by how much at most.</returns>
    private static string? Worst(ReadOnlySpan<byte> ours, ReadOnlySpan<byte> pillows)
    {
        if (ours.Length != pillows.Length)
            return $"{ours.Length} values are not {pillows.Length}";
        var (count, worst) = (0, 0);
        for (var i = 0; i < ours.Length; i++)
        {
            var difference = Math.Abs(ours[i] - pillows[i]);
            count += difference == 0 ? 0 : 1;
            worst = Math.Max(worst, difference);
        }
        return count == 0 ? null : $"{count} of {ours.Length} values differ, by up to {worst} levels";
    }

    private static bool IsJpegOrPng(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using var file = File.OpenRead(path);
        var read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return read == 4 && (start.StartsWith<byte>([0xFF, 0xD8, 0xFF]) || start.SequenceEqual<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']));
    }
}
