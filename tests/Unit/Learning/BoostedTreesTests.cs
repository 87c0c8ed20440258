using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Trees;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture, CancelAfter(60_000)]
public sealed class BoostedTreesTests
{
    private static readonly BoostedTrees Learner = new();

    [SetUp]
    public void Need() => NeedXgBoost();

    [Test]
    public void The_export_agrees_on_missing_cells_and_unknown_categories([Values(2, 3)] int classes)
    {
        var table = Mixed(classes: classes);
        using var model = Train(Learner, Set(table), null, ("rounds", 60));

        Assert.That(Accuracy(model, table, Set(table).Train), Is.GreaterThan(0.85), "or it learned nothing that could differ");
        ExportAgrees(model, table);
    }

    [Test]
    public void A_cell_that_is_the_threshold_itself_goes_the_same_way_in_the_export()
    {
        // Whole numbers: every threshold is some row's value, where < and <= part.
        var table = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 200).Select(i => (float)(i % 20))], [.. Enumerable.Range(0, 200).Select(i => i % 20 is 3 or 7 or > 12 ? 1 : 0)]);
        using var model = Train(Learner, Set(table), null, ("rounds", 40), ("subsample", 1));

        Assert.That(Accuracy(model, table, table.AllRows()), Is.EqualTo(1));
        ExportAgrees(model, table);
    }

    [Test]
    public void A_category_is_learned_by_value_and_an_unknown_one_is_no_other()
    {
        string[] values = [.. Enumerable.Range(0, 60).Select(i => $"v{i}")];
        var table = Of(new Column("c", ColumnKind.Category, values),
            [.. Enumerable.Range(0, 1200).Select(i => (float)(i % 60)), -1, float.NaN, .. Enumerable.Range(0, 60).Select(i => (float)i)],
            [.. Enumerable.Range(0, 1200).Select(i => i % 60 % 2), 0, 0, .. Enumerable.Range(0, 60).Select(i => i % 2)]);
        using var model = Train(Learner, new TrainingSet(table, [.. Enumerable.Range(0, 1200)], []), null, ("rounds", 100), ("subsample", 1), ("columnSample", 1));

        Assert.That(Accuracy(model, table, [.. Enumerable.Range(1202, 60)]), Is.EqualTo(1), "odd and even values alternate: no order of them separates the classes");
        ExportAgrees(model, table);
    }

    [Test]
    public void An_unknown_category_among_the_training_rows_is_a_value_of_its_own()
    {
        var table = Of(new Column("c", ColumnKind.Category, ["a", "b"]), [.. Enumerable.Range(0, 300).Select(i => (float)((i % 3) - 1))], [.. Enumerable.Range(0, 300).Select(i => i % 3 == 0 ? 1 : 0)]);
        using var model = Train(Learner, Set(table), null, ("rounds", 30), ("columnSample", 1));

        Assert.That(Accuracy(model, table, table.AllRows()), Is.EqualTo(1));
        ExportAgrees(model, table);
    }

    [Test]
    public void It_stops_when_the_validation_rows_gain_nothing_and_keeps_the_best_round()
    {
        var random = new Random(1);
        var noise = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 300).Select(_ => (float)random.NextDouble())], [.. Enumerable.Range(0, 300).Select(_ => random.Next(2))]);
        using var model = Train(Learner, Set(noise), null, ("rounds", 1000), ("earlyStopping", 5));

        Assert.That(model.History, Has.Count.LessThan(300));
        Assert.That(model.BestRound, Is.EqualTo(model.History.Count - 5));
        Assert.That(model.History[model.BestRound - 1].ValidationLoss, Is.EqualTo(model.History.Min(round => round.ValidationLoss)));
        ExportAgrees(model, noise);
    }

    [Test]
    public void The_losses_it_tells_are_those_of_its_predictions()
    {
        // The validation rows go through the training's bins: that must not move a row across a threshold.
        var (data, table) = (Set(Mixed(1500)), Mixed(1500));
        using var model = Train(Learner, data, null, ("rounds", 41), ("earlyStopping", 0));

        double LossOf(int[] rows) => Evaluator.Evaluate(table.Schema.Classes, table.LabelsOf(rows), model.Predict(table, rows)).LogLoss;
        Assert.That(model.History[^1].TrainLoss, Is.EqualTo(LossOf(data.Train)).Within(1e-4));
        Assert.That(model.History[^1].ValidationLoss, Is.EqualTo(LossOf(data.Validation)).Within(1e-4));
    }

    [Test]
    public void A_seed_gives_one_model_and_another_seed_another()
    {
        Assert.That(Exported(7), Is.EqualTo(Exported(7)));
        Assert.That(Exported(8), Is.Not.EqualTo(Exported(7)));
    }

    [Test]
    public void Balanced_weights_find_more_of_a_rare_class()
    {
        var random = new Random(4);
        float[] cells = [.. Enumerable.Range(0, 1000).Select(i => (float)(random.NextDouble() + (i < 50 ? 0.5 : 0)))];
        var table = Of(new Column("x", ColumnKind.Number), cells, [.. Enumerable.Range(0, 1000).Select(i => i < 50 ? 1 : 0)]);
        int Found(string weights)
        {
            using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("classWeights", weights), ("rounds", 10), ("maxDepth", 2));
            return Evaluator.Predicted(model.Predict(table, table.AllRows()), 2).Sum();
        }

        Assert.That(Found("balanced"), Is.GreaterThan(2 * Found("none")));
    }

    [Test]
    public void Cancelling_ends_within_a_round()
    {
        using var cancel = new CancellationTokenSource();
        var rounds = 0;
        var run = new TrainingRun(OnProgress: _ =>
        {
            if (++rounds == 3)
                cancel.Cancel();
        }, Cancellation: cancel.Token);

        Assert.That(() => Train(Learner, Set(Mixed()), run), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(rounds, Is.EqualTo(3));
    }

    [Test]
    public void What_decides_is_the_most_important()
    {
        using var model = Train(Learner, Set(Mixed(2000)), null, ("rounds", 50));

        Assert.That(model.Importance.Select(each => each.Column), Is.EquivalentTo(new[] { "age", "income", "member", "colour" }));
        Assert.That(model.Importance[0].Column, Is.EqualTo("age"));
    }

    [Test]
    public void A_library_that_is_missing_is_named_with_its_package() =>
        Assert.That(() => XgBoost.Require(XgBoost.Open("libno-such-library.so.0")), Throws.TypeOf<LearningException>().With.Message.Contains("libxgboost.so.0").And.Message.Contains("apt-get install libxgboost0"));

    [Test]
    public void What_XGBoost_refuses_is_told_without_its_stack()
    {
        var table = Mixed();
        using var matrix = new QuantileMatrix(table, table.AllRows(), TreeLabels.OfClasses(table), 1);
        using var booster = new Booster([matrix], [("objective", "no:such"), ("nthread", 1)]);

        Assert.That(() => booster.Update(0, matrix), Throws.InvalidOperationException.With.Message.Contains("no:such").And.Message.Not.Contains("Stack trace"));
    }

    private static byte[] Exported(ulong seed)
    {
        using var model = Train(Learner, Set(Mixed()), new TrainingRun(Seed: seed), ("rounds", 20));
        return Export(model);
    }
}
