using Learning;
using Learning.Data;
using Learning.Exports;
using Learning.Heads;
using NUnit.Framework;
using Onnx.Writing;
using TestSupport;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture, CancelAfter(60_000)]
public sealed class ImageHeadTests
{
    private static readonly ImageHead Learner = new();

    [Test]
    public void The_gradient_is_what_small_steps_show([Values(0, 5)] int hidden)
    {
        var table = Blobs(rows: 12);
        var rows = new HeadRows(table, table.AllRows(), Standardisation.Fit(table, table.AllRows()), [1, 2, 0.5]);
        var random = new RandomNumbers(3);
        var network = new HeadNetwork(8, hidden, 3, ref random);
        for (var i = 0; i < network.Weights.Length; i++)
            network.Weights[i] += (float)random.NextNormal() * 0.3f;
        var gradient = new float[network.Weights.Length];
        double Loss() => Enumerable.Range(0, rows.Count).Sum(row => network.AddGradient(rows, row, new float[gradient.Length]));
        for (var row = 0; row < rows.Count; row++)
            network.AddGradient(rows, row, gradient);

        const float step = 1f / 256;
        for (var i = 0; i < gradient.Length; i++)
        {
            var weight = network.Weights[i];
            network.Weights[i] = weight + step;
            var up = Loss();
            network.Weights[i] = weight - step;
            var down = Loss();
            network.Weights[i] = weight;
            Assert.That(gradient[i], Is.EqualTo((up - down) / (2 * step)).Within(0.02), $"weight {i}");
        }
    }

    [Test]
    public void A_training_that_diverges_stops_and_names_what_to_change() => Assert.That(
        () => Train(Learner, Set(Blobs()), null, ("learningRate", 1.0), ("weightDecay", 10.0), ("epochs", 1000), ("earlyStopping", 0)),
        Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("learningRate").And.Message.Contains("'learningRate' (1) and 'weightDecay' (10)"));

    [Test]
    public void The_export_agrees([Values(0, 16)] int hidden)
    {
        var table = Blobs();
        using var model = Train(Learner, Set(table), null, ("hiddenUnits", hidden), ("epochs", 30));

        Assert.That(Accuracy(model, table, table.AllRows()), Is.GreaterThan(0.9));
        ExportAgrees(model, table);
    }

    [Test]
    public void A_hidden_layer_learns_what_no_straight_line_separates()
    {
        var random = new Random(1);
        var builder = new TableBuilder(TableSchema.OfEmbeddings(2, ["same", "different"]));
        for (var row = 0; row < 600; row++)
        {
            var (x, y) = (random.NextSingle() - 0.5f, random.NextSingle() - 0.5f);
            builder.Add([x, y], x * y < 0 ? 1 : 0);
        }
        var table = builder.Build();
        using var straight = Train(Learner, Set(table), null, ("learningRate", 0.01));
        using var bent = Train(Learner, Set(table), null, ("hiddenUnits", 16), ("learningRate", 0.01), ("epochs", 200), ("earlyStopping", 0));

        Assert.That(Accuracy(straight, table, table.AllRows()), Is.LessThan(0.7));
        Assert.That(Accuracy(bent, table, table.AllRows()), Is.GreaterThan(0.95));
    }

    [Test]
    public void It_stops_when_the_validation_rows_gain_nothing_and_keeps_the_best_epoch()
    {
        var table = Blobs(distance: 0.3);
        using var model = Train(Learner, Set(table), null, ("hiddenUnits", 64), ("epochs", 500), ("earlyStopping", 4), ("learningRate", 0.01));

        Assert.That(model.BestRound, Is.EqualTo(model.History.Count - 4));
        Assert.That(model.History[model.BestRound - 1].ValidationLoss, Is.EqualTo(model.History.Min(epoch => epoch.ValidationLoss)));
    }

    [Test]
    public void A_seed_gives_one_model_and_another_seed_another()
    {
        Assert.That(Exported(7), Is.EqualTo(Exported(7)));
        Assert.That(Exported(8), Is.Not.EqualTo(Exported(7)));
    }

    [Test]
    public void Cancelling_ends_within_an_epoch()
    {
        using var cancel = new CancellationTokenSource();
        var epochs = 0;
        var run = new TrainingRun(OnProgress: _ =>
        {
            epochs++;
            cancel.Cancel();
        }, Cancellation: cancel.Token);

        Assert.That(() => Train(Learner, Set(Blobs()), run), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(epochs, Is.EqualTo(1));
    }

    [Test]
    public void Categories_are_no_embedding() =>
        Assert.That(() => Train(Learner, Set(Mixed())), Throws.TypeOf<LearningException>().With.Message.Contains("'colour'"));

    [Test]
    public void Upon_its_backbone_it_answers_for_a_picture_what_it_answers_for_the_embedding()
    {
        // The shipped detector without its classifier; pictures of noise, told apart by their brightness.
        using var file = File.OpenRead(Repository.Path("models", "mask-detector", "1", "model.onnx"));
        var backbone = ModelOutline.Read(file);
        var cut = ClassifierCut.Find(backbone);
        using var embedder = new ExportedModel(Written(stream => cut.WriteEmbeddingModel(backbone, stream)));
        var random = new Random(1);
        var pictures = Enumerable.Range(0, 40).Select(i => Enumerable.Range(0, 3 * 128 * 128).Select(_ => (float)(random.NextDouble() + (i % 2))).ToArray()).ToArray();
        var embeddings = pictures.Select(picture => embedder.Run(picture, 1, 3, 128, 128)).ToArray();
        var builder = new TableBuilder(TableSchema.OfEmbeddings(embeddings[0].Length, ["dark", "bright"]));
        foreach (var (i, embedding) in embeddings.Index())
            builder.Add(embedding, i % 2);
        var table = builder.Build();
        using var head = (ImageHeadModel)Train(Learner, Set(table), null, ("hiddenUnits", 8));

        using var whole = new ExportedModel(Written(stream => head.ExportWith(backbone, cut, stream)));
        var answers = pictures.SelectMany(picture => whole.Run(picture, 1, 3, 128, 128)).ToArray();
        Assert.That(answers, Is.EqualTo(head.Predict(table, table.AllRows())).Within(1e-4));
        Assert.That(Accuracy(head, table, table.AllRows()), Is.GreaterThan(0.95));
    }

    [Test]
    public void A_backbone_of_another_width_is_refused()
    {
        using var file = File.OpenRead(Repository.Path("models", "mask-detector", "1", "model.onnx"));
        var backbone = ModelOutline.Read(file);
        using var head = (ImageHeadModel)Train(Learner, Set(Blobs()), null, ("epochs", 1));

        Assert.That(() => head.ExportWith(backbone, ClassifierCut.Find(backbone), Stream.Null), Throws.TypeOf<LearningException>().With.Message.Contains("trained on 8"));
    }

    private static byte[] Written(Action<Stream> write)
    {
        using var memory = new MemoryStream();
        write(memory);
        return memory.ToArray();
    }

    private static byte[] Exported(ulong seed)
    {
        using var model = Train(Learner, Set(Blobs()), new TrainingRun(Seed: seed), ("epochs", 3), ("hiddenUnits", 4));
        return Export(model);
    }
}
