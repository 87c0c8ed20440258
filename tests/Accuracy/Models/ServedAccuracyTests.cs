using System.Buffers;
using System.Runtime.InteropServices;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using Imaging;
using InferenceService;
using InferenceService.Batching;
using InferenceService.Models;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TestSupport;
using Unit.InferenceService.Execution;

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
        var model = ServedModel.Load(manifest, Path.Combine(package, "model.onnx"), TestModels.Factory(), new InferenceMetrics(services.GetRequiredService<IMeterFactory>(), new ModelHost()));

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

    [Test]
    public async Task MobileNetV2_finds_the_classes_that_its_reference_finds()
    {
        // The reference resized to rounded lengths where torchvision, which is followed here, cuts them off: near ties differ.
        const double agreement = 0.95, loss = 0.01;
        var images = SuiteData.Path("imagenet", "images");
        var classes = File.ReadLines(SuiteData.Path("imagenet", "labels", "synset.txt")).Select(line => line.Split(' ')[0]).ToArray();
        // file, wnid, class_index, mnv2_fp32_top1, ...
        var reference = File.ReadLines(SuiteData.Path("imagenet", "labels", "reference_predictions.tsv")).Skip(1).Select(line => line.Split('\t'))
            .ToDictionary(row => row[0], row => classes[int.Parse(row[3], CultureInfo.InvariantCulture)]);
        var file = SuiteData.Path("models", "mobilenetv2", "mobilenetv2-fp32.onnx");
        var model = ServedModel.Load(MobileNet(classes), file, TestModels.Factory(), new InferenceMetrics(services.GetRequiredService<IMeterFactory>(), new ModelHost()));

        int same = 0, right = 0, rightBefore = 0, asked = 0;
        foreach (var (image, wanted) in reference.Where(row => File.Exists(Path.Combine(images, row.Key))))
        {
            var answer = await ClassifyAsync(model, Path.Combine(images, image));
            asked++;
            same += answer == wanted ? 1 : 0;
            right += image.StartsWith(answer, StringComparison.Ordinal) ? 1 : 0;
            rightBefore += image.StartsWith(wanted, StringComparison.Ordinal) ? 1 : 0;
        }
        await model.RetireAsync();

        TestContext.Progress.WriteLine($"figure: MobileNetV2 on {asked} ImageNet photos: top-1 {(double)right / asked:P1} (the reference {(double)rightBefore / asked:P1}), same class as the reference {(double)same / asked:P1}");
        Assert.That(asked, Is.GreaterThan(300));
        Assert.That((double)same / asked, Is.GreaterThanOrEqualTo(agreement));
        Assert.That((double)right / asked, Is.GreaterThanOrEqualTo((double)rightBefore / asked - loss));
    }

    private static ModelManifest MobileNet(IReadOnlyList<string> classes) => new()
    {
        Name = "mobilenetv2",
        Version = "1",
        Task = ModelTask.ImageClassification,
        Labels = classes,
        Input = new InputSpec(
            Width: 224, Height: 224, Resize: "cover-crop", Interpolation: "bicubic", ShorterSide: 256,
            Scale: 1f / 255, Mean: [0.485f, 0.456f, 0.406f], Std: [0.229f, 0.224f, 0.225f]),
        Output = new OutputSpec("output", Activation.Softmax),
        Sha256 = new string('0', 64),
    };

    private async Task<string> ClassifyAsync(ServedModel model, string file)
    {
        var tensor = ArrayPool<byte>.Shared.Rent(model.ItemBytes);
        using (var photo = decoder.Decode(await File.ReadAllBytesAsync(file), CancellationToken.None))
            model.Preprocessor!.Write(photo, MemoryMarshal.Cast<byte, float>(tensor.AsSpan(0, model.ItemBytes)));
        var item = new WorkItem(model.Shape!, tensor, "accuracy", Priority.Interactive, CancellationToken.None);
        Assert.That(model.TryEnqueue([item]), Is.True);
        return OutputDecoder.Classify(model.Manifest, (await item.Completion).Floats(), top: 1)[0].Label;
    }
}
