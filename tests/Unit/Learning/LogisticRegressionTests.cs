using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Linear;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture]
public sealed class LogisticRegressionTests
{
    private static readonly LogisticRegression Learner = new();

    [Test]
    public void Without_a_penalty_a_category_gets_the_share_of_its_own_rows()
    {
        // 30 of 40 red rows are yes, 4 of 20 green ones: the maximum likelihood is known without any iteration.
        var table = Of(new Column("colour", ColumnKind.Category, ["red", "green"]),
            [.. Enumerable.Repeat(0f, 40), .. Enumerable.Repeat(1f, 20)],
            [.. Enumerable.Range(0, 40).Select(i => i < 30 ? 1 : 0), .. Enumerable.Range(0, 20).Select(i => i < 4 ? 1 : 0)]);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", 0), ("tolerance", 1e-9));

        var probabilities = model.Predict(table, [0, 59]);
        Assert.That(probabilities, Is.EqualTo(new[] { 0.25f, 0.75f, 0.8f, 0.2f }).Within(1e-6));
    }

    [Test]
    public void A_column_that_says_nothing_leaves_the_shares_of_the_classes()
    {
        var table = Of(new Column("same", ColumnKind.Number), [.. Enumerable.Repeat(7.3f, 60)], [.. Enumerable.Range(0, 60).Select(i => i < 15 ? 0 : i < 40 ? 1 : 2)], 3);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("tolerance", 1e-9));

        Assert.That(model.Predict(table, [0]), Is.EqualTo(new[] { 15 / 60f, 25 / 60f, 20 / 60f }).Within(1e-6));
    }

    [Test]
    public void One_number_gives_what_Newtons_method_gives()
    {
        var random = new Random(3);
        float[] cells = [.. Enumerable.Range(0, 400).Select(_ => (float)((random.NextDouble() * 10) + 1000))];
        int[] labels = [.. cells.Select(cell => random.NextDouble() < 1 / (1 + Math.Exp(1005 - cell)) ? 1 : 0)];
        var table = Of(new Column("x", ColumnKind.Number), cells, labels);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", 0), ("tolerance", 1e-9));

        var (slope, intercept) = Newton(cells, labels, 1005);
        var wanted = cells.Select(cell => (float)(1 / (1 + Math.Exp(-((slope * (cell - 1005)) + intercept)))));
        Assert.That(model.Predict(table, table.AllRows()).Where((_, i) => i % 2 == 1), Is.EqualTo(wanted).Within(1e-5));
    }

    [Test]
    public void A_penalty_makes_the_weights_of_two_classes_opposite_and_smaller()
    {
        var table = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 40).Select(i => (float)i)], [.. Enumerable.Range(0, 40).Select(i => i < 20 ? 0 : 1)]);
        float Confidence(double l2)
        {
            using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", l2));
            return model.Predict(table, [39])[1];
        }

        Assert.That(new[] { Confidence(10), Confidence(1), Confidence(0.01) }, Is.Ordered.Ascending);
        Assert.That(Confidence(1e6), Is.EqualTo(0.5f).Within(1e-3));
    }

    [Test]
    public void The_export_agrees_on_missing_cells_and_unknown_categories([Values(2, 3)] int classes)
    {
        var table = Mixed(classes: classes);
        using var model = Train(Learner, Set(table));

        Assert.That(table.Column(3).ToArray(), Has.Some.EqualTo(-1f).And.Some.NaN, "or nothing is tested");
        ExportAgrees(model, table);
    }

    [Test]
    public void The_export_agrees_where_a_number_is_far_from_zero_and_moves_little()
    {
        // Seconds since 1970: folding the mean into the weights would lose them.
        var random = new Random(2);
        float[] cells = [.. Enumerable.Range(0, 200).Select(_ => 1.7e9f + (random.Next(1000) * 128f))];
        var table = Of(new Column("time", ColumnKind.Number), cells, [.. cells.Select(cell => cell > 1.7e9f + 64_000 ? 1 : 0)]);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []));

        Assert.That(Accuracy(model, table, table.AllRows()), Is.GreaterThan(0.98));
        ExportAgrees(model, table);
    }

    [Test]
    public void Categories_alone_and_numbers_alone_are_exported_too()
    {
        var categories = Of(new Column("c", ColumnKind.Category, ["a", "b"]), [.. Enumerable.Range(0, 40).Select(i => (float)(i % 2))], [.. Enumerable.Range(0, 40).Select(i => i % 4 / 2)]);
        using (var model = Train(Learner, Set(categories)))
            ExportAgrees(model, categories);
        using (var model = Train(Learner, Set(Blobs())))
            ExportAgrees(model, Blobs());
    }

    [Test]
    public void Learned_on_rows_without_gaps_it_takes_the_mean_for_what_is_missing_later()
    {
        var table = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 40).Select(i => (float)i), 19.5f, float.NaN], [.. Enumerable.Range(0, 40).Select(i => i < 20 ? 0 : 1), 0, 0]);
        using var model = Train(Learner, new TrainingSet(table, [.. Enumerable.Range(0, 40)], []));

        var answers = model.Predict(table, [40, 41]);
        Assert.That(answers[2], Is.EqualTo(answers[0]).Within(1e-6));
    }

    [Test]
    public void Balanced_weights_find_more_of_a_rare_class()
    {
        var random = new Random(4);
        float[] cells = [.. Enumerable.Range(0, 1000).Select(i => (float)(random.NextDouble() + (i < 50 ? 0.5 : 0)))];
        var table = Of(new Column("x", ColumnKind.Number), cells, [.. Enumerable.Range(0, 1000).Select(i => i < 50 ? 1 : 0)]);
        double Recall(string weights)
        {
            using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("classWeights", weights));
            return Evaluator.Evaluate(table.Schema.Classes, table.Labels.ToArray(), model.Predict(table, table.AllRows())).Classes[1].Recall;
        }

        Assert.That(Recall("balanced"), Is.GreaterThan(Recall("none") + 0.3));
    }

    [Test]
    public void Progress_is_told_each_round_and_cancelling_ends_within_one()
    {
        using var cancel = new CancellationTokenSource();
        List<TrainingProgress> rounds = [];
        var run = new TrainingRun(OnProgress: progress =>
        {
            rounds.Add(progress);
            if (progress.Round == 3)
                cancel.Cancel();
        }, Cancellation: cancel.Token);

        Assert.That(() => Train(Learner, Set(Mixed()), run), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(rounds.Select(progress => progress.Round), Is.EqualTo(new[] { 1, 2, 3 }));
        Assert.That(rounds, Has.All.Property(nameof(TrainingProgress.ValidationLoss)).Not.Null);
    }

    [Test]
    public void The_same_rows_give_the_same_file_however_many_threads() =>
        Assert.That(Exported(threads: 4), Is.EqualTo(Exported(threads: 1)));

    [Test]
    public void What_decides_is_the_most_important()
    {
        using var model = Train(Learner, Set(Mixed(2000)));

        Assert.That(model.Importance, Has.Count.EqualTo(4));
        Assert.That(model.Importance.Sum(each => each.Share), Is.EqualTo(1).Within(1e-9));
        Assert.That(model.Importance[0].Column, Is.EqualTo("age"));
    }

    private static byte[] Exported(int threads)
    {
        using var model = Train(Learner, Set(Mixed()), new TrainingRun(Threads: threads));
        return Export(model);
    }

    private static (double Slope, double Intercept) Newton(float[] cells, int[] labels, double centre)
    {
        var (slope, intercept) = (0.0, 0.0);
        for (var iteration = 0; iteration < 30; iteration++)
        {
            double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
            for (var i = 0; i < cells.Length; i++)
            {
                var x = cells[i] - centre;
                var p = 1 / (1 + Math.Exp(-((slope * x) + intercept)));
                (g0, g1) = (g0 + p - labels[i], g1 + ((p - labels[i]) * x));
                (h00, h01, h11) = (h00 + (p * (1 - p)), h01 + (p * (1 - p) * x), h11 + (p * (1 - p) * x * x));
            }
            var determinant = (h00 * h11) - (h01 * h01);
            intercept -= ((h11 * g0) - (h01 * g1)) / determinant;
            slope -= ((h00 * g1) - (h01 * g0)) / determinant;
        }
        return (slope, intercept);
    }
}
