using System.Diagnostics;
using Imaging;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Heads;
using Learning.Parameters;
using Learning.Reports;
using NUnit.Framework;
using Onnx.Writing;
using TestSupport;

namespace Accuracy.Learning;

/// <summary>The image head as it is meant to be used: an ImageNet network without its classifier, a head on top, one file out.</summary>
[TestFixture]
public sealed class MaskHeadTests
{
    private const int Threads = 2;
    private static readonly string[] Classes = ["with_mask", "without_mask"];

    [Test]
    public void MobileNets_features_and_a_head_find_masks()
    {
        using var file = File.OpenRead(SuiteData.Path("models", "mobilenetv2", "mobilenetv2-fp32.onnx"));
        var backbone = ModelOutline.Read(file);
        var cut = ClassifierCut.Find(backbone);
        var split = File.ReadLines(SuiteData.Path("mask", "split.tsv")).Skip(1).Select(line => line.Split('\t')).ToArray();
        var table = Embed(Written(stream => cut.WriteEmbeddingModel(backbone, stream)), split);
        var rows = table.AllRows();
        int[] test = [.. rows.Where(row => split[row][3] == "test")];
        var (train, validation) = TrainAndValidation([.. rows.Where(row => split[row][3] == "train")], split);

        var began = Stopwatch.GetTimestamp();
        var learner = new ImageHead();
        using var head = (ImageHeadModel)learner.Train(new TrainingSet(table, train, validation), ParameterSet.Defaults(learner.Parameters), new TrainingRun());
        var took = Stopwatch.GetElapsedTime(began);
        var report = Evaluator.Evaluate(Classes, table.LabelsOf(test), head.Predict(table, test));
        TestContext.Progress.WriteLine(FormattableString.Invariant(
            $"figure: image-head on MobileNetV2 (cut at '{cut.Tensor}', {table.Schema.Columns.Count} numbers), mask photos: accuracy {report.Accuracy:0.0000}, ROC-AUC {report.RocAuc:0.0000}; {head.BestRound} epochs, {train.Length} photos, {took.TotalSeconds:0.0} s"));

        RunReports.Attach("mask photos image-head", new RunReportData
        {
            Title = "mask photos: image-head", Subtitle = $"{train.Length:N0} photos to train on, {validation.Length:N0} to stop by, {test.Length:N0} to test by",
            Test = report, Training = Evaluator.Evaluate(Classes, table.LabelsOf(train), head.Predict(table, train)), History = head.History, BestRound = head.BestRound,
            Durations = [new("training", took.TotalSeconds)],
        });

        Assert.That(report.Accuracy, Is.GreaterThanOrEqualTo(0.96));
        WholeAgrees(Written(stream => head.ExportWith(backbone, cut, stream)), head, table, [.. test.Take(20)], split);
    }

    private static void WholeAgrees(byte[] whole, ImageHeadModel head, Table table, int[] rows, string[][] split)
    {
        using var model = new ExportedModel(whole, Threads);
        var wanted = head.Predict(table, rows);
        foreach (var (i, row) in rows.Index())
            Assert.That(model.Run(Pixels(split[row][0]), 1, 3, 224, 224), Is.EqualTo(wanted[(2 * i)..((2 * i) + 2)]).Within(1e-4), split[row][0]);
    }

    // A tenth of the groups of alike photos; near copies on both sides would say nothing of when to stop.
    private static (int[] Train, int[] Validation) TrainAndValidation(int[] rows, string[][] split)
    {
        var groups = rows.GroupBy(row => split[row][2]).OrderBy(group => group.Key, StringComparer.Ordinal).ToArray();
        return ([.. groups.Where((_, i) => i % 10 != 0).SelectMany(group => group)], [.. groups.Where((_, i) => i % 10 == 0).SelectMany(group => group)]);
    }

    private static Table Embed(byte[] model, string[][] split)
    {
        using var embedder = new ExportedModel(model, Threads);
        TableBuilder? builder = null;
        foreach (var row in split)
        {
            var embedding = embedder.Run(Pixels(row[0]), 1, 3, 224, 224);
            builder ??= new TableBuilder(TableSchema.OfEmbeddings(embedding.Length, Classes), split.Length);
            builder.Add(embedding, Array.IndexOf(Classes, row[1]));
        }
        return builder!.Build();
    }

    private static readonly ImageDecoder Decoder = new(new ImageLimits());

    private static readonly ImagePreprocessor Preprocessor = new(new ImageInput
    {
        Width = 224, Height = 224, Resize = ResizeMode.Stretch, Mean = [0.485f, 0.456f, 0.406f], Std = [0.229f, 0.224f, 0.225f],
    });

    private static float[] Pixels(string photo)
    {
        var pixels = new float[Preprocessor.Length];
        Decoder.Prepare(File.ReadAllBytes(SuiteData.Path("mask", photo)), Preprocessor, pixels, CancellationToken.None);
        return pixels;
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var memory = new MemoryStream();
        write(memory);
        return memory.ToArray();
    }
}
