using System.Buffers;
using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Imaging;
using InferenceService;
using InferenceService.Batching;
using InferenceService.Models;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TestSupport;

namespace Accuracy.Models;

/// <summary>Models as they are served: this suite's own decoding, preprocessing, queue and output decoding, on held-out photos.</summary>
[TestFixture]
public sealed class ServedAccuracyTests
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ImageDecoder decoder = new(new ImageLimits());

    [OneTimeTearDown]
    public void Release() => services.Dispose();

    [Test]
    public async Task The_mask_detector_that_ships_keeps_its_accuracy_on_the_test_split()
    {
        const double promised = 0.94;
        var photos = SuiteData.Path("mask");
        var test = File.ReadLines(Path.Combine(photos, "split.tsv")).Skip(1).Select(line => line.Split('\t')).Where(row => row[3] == "test").ToArray();
        var package = Repository.Path("models", "mask-detector", "1");
        var manifest = ModelManifest.Parse(JsonDocument.Parse(File.ReadAllText(Path.Combine(package, "model.json"))).RootElement);
        var model = ServedModel.Load(manifest, Path.Combine(package, "model.onnx"), 2, new InferenceMetrics(services.GetRequiredService<IMeterFactory>()));

        var confusion = new Dictionary<(string Truth, string Answer), int>();
        foreach (var row in test)
        {
            var answer = await ClassifyAsync(model, Path.Combine(photos, row[0]));
            confusion[(row[1], answer)] = confusion.GetValueOrDefault((row[1], answer)) + 1;
        }
        await model.RetireAsync();

        var right = confusion.Where(cell => cell.Key.Truth == cell.Key.Answer).Sum(cell => cell.Value);
        TestContext.Progress.WriteLine($"figure: mask-detector on {test.Length} held-out photos: accuracy {(double)right / test.Length:P2}");
        foreach (var ((truth, answer), count) in confusion.OrderBy(cell => cell.Key))
            TestContext.Progress.WriteLine($"figure:   {truth} -> {answer}: {count}");
        Assert.That((double)right / test.Length, Is.GreaterThanOrEqualTo(promised));
        Assert.That((double)right / test.Length, Is.EqualTo(manifest.Metrics["accuracy"]).Within(0.006), "what the model card says, but for a photo or two");
    }

    [TestCase("imagenet1")]
    [TestCase("imagenet2")]
    [TestCase("imagenet3")]
    public void Preprocessing_gives_the_reference_tensor_of_an_ImageNet_photo(string id)
    {
        using var index = JsonDocument.Parse(File.ReadAllText(SuiteData.Path("golden", "index.json")));
        var golden = index.RootElement.GetProperty("cases").EnumerateArray().First(entry => entry.GetProperty("id").GetString() == $"{id}.mnv2_fp32");
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SuiteData.Path("golden", golden.GetProperty("input").GetProperty("file").GetString()!))).ToArray();
        var preprocessor = new ImagePreprocessor(new ImageInput
        {
            Width = 224,
            Height = 224,
            Resize = ResizeMode.CoverCrop,
            ResizeShorterSide = 256,
            Interpolation = Interpolation.Bicubic,
            Scale = 1f / 255,
            Mean = [0.485f, 0.456f, 0.406f],
            Std = [0.229f, 0.224f, 0.225f],
        });

        using var photo = decoder.Decode(File.ReadAllBytes(SuiteData.Path("imagenet", "images", golden.GetProperty("source_image").GetString()!)), CancellationToken.None);
        var tensor = new float[preprocessor.Length];
        preprocessor.Write(photo, tensor);

        var oneLevel = 1 / 255.0 / 0.224;
        var worst = tensor.Zip(expected, (a, b) => Math.Abs(a - b)).Max();
        TestContext.Progress.WriteLine($"figure: {id}: max |difference| to the reference tensor {worst:0.0e+0} ({worst / oneLevel:0.00} of one level)");
        Assert.That(worst, Is.LessThan(1.01 * oneLevel));
    }

    private async Task<string> ClassifyAsync(ServedModel model, string file)
    {
        var tensor = ArrayPool<float>.Shared.Rent(model.ItemLength);
        using (var photo = decoder.Decode(await File.ReadAllBytesAsync(file), CancellationToken.None))
            model.Preprocessor!.Write(photo, tensor);
        var item = new WorkItem(tensor, model.ItemLength, CancellationToken.None);
        Assert.That(model.TryEnqueue([item]), Is.True);
        return OutputDecoder.Classify(model.Manifest, (await item.Completion).Output)[0].Label;
    }
}
