using Learning;
using Learning.Data;
using Learning.Exports;
using Learning.Linear;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture]
public sealed class LinearRegressionTests
{
    private static readonly LinearRegression Learner = new();

    [Test]
    public void Coefficients_that_are_known_are_found()
    {
        // y = 3 + 2a - 0.5b, to rows that it never saw.
        var random = new Random(1);
        var table = Plane(200, (a, b) => 3 + (2 * a) - (0.5f * b), random);
        using var model = Train(Learner, new TrainingSet(table, [.. Enumerable.Range(0, 100)], []), null, ("l2", 0));

        Assert.That(model.Predict(table, [.. Enumerable.Range(100, 100)]), Is.EqualTo(table.TargetsOf([.. Enumerable.Range(100, 100)])).Within(5e-4), "labels go to 500 in float32");
    }

    [Test]
    public void The_penalty_is_that_of_the_formula()
    {
        // One standardised number: w = cov / (1 + l2), the bias is the mean.
        float[] cells = [.. Enumerable.Range(0, 50).Select(i => (float)i)], targets = [.. cells.Select((cell, i) => (cell * 4) + (i % 3))];
        var table = OfNumbers(new Column("x", ColumnKind.Number), cells, targets);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", 0.7));

        var (mean, meanTarget) = (cells.Average(), targets.Average());
        var deviation = Math.Sqrt(cells.Average(cell => Math.Pow(cell - mean, 2)));
        var weight = cells.Zip(targets, (cell, target) => (cell - mean) / deviation * (target - meanTarget)).Average() / 1.7;
        Assert.That(model.Predict(table, [0, 49]), Is.EqualTo(new[] { 0, 49 }.Select(cell => (float)(meanTarget + (weight * (cell - mean) / deviation)))).Within(1e-4));
    }

    [Test]
    public void Without_a_penalty_a_category_gets_the_mean_of_its_own_rows()
    {
        // One-hot features and a bias say the same twice: one of them is left out.
        var table = OfNumbers(new Column("c", ColumnKind.Category, ["a", "b", "never"]), [.. Enumerable.Range(0, 40).Select(i => (float)(i % 2))], [.. Enumerable.Range(0, 40).Select(i => i % 2 == 0 ? i : 100f)]);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", 0));

        Assert.That(model.Predict(table, [0, 1]), Is.EqualTo(new[] { 19f, 100f }).Within(1e-4));
        ExportAgrees(model, table);
    }

    [Test]
    public void Fewer_rows_than_columns_are_answered()
    {
        var random = new Random(2);
        var builder = new TableBuilder(TableSchema.OfNumber([.. Enumerable.Range(0, 40).Select(c => new Column($"c{c}", ColumnKind.Number))]));
        for (var row = 0; row < 12; row++)
            builder.Add([.. Enumerable.Range(0, 40).Select(_ => (float)random.NextDouble())], row);
        var table = builder.Build();
        foreach (var l2 in new[] { 0, 1e-4 })
        {
            using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", l2));
            Assert.That(Report(model, table, table.AllRows()).R2, Is.GreaterThan(0.99), $"40 columns can say anything of 12 rows (l2 {l2})");
            ExportAgrees(model, table);
        }
    }

    [Test]
    public void A_column_that_never_changes_changes_nothing([Values(0.0, 1e-4)] double l2)
    {
        var table = Plane(100, (a, _) => 7 - a, new Random(3), constant: true);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("l2", l2));

        Assert.That(model.Predict(table, table.AllRows()), Is.EqualTo(table.Targets.ToArray()).Within(1e-2));
        Assert.That(model.Importance[0], Has.Property("Column").EqualTo("a").And.Property("Share").EqualTo(1));
    }

    [Test]
    public void A_column_twice_says_no_more_than_once()
    {
        var once = Plane(100, (a, _) => 5 * a, new Random(4));
        var twice = Plane(100, (a, _) => 5 * a, new Random(4), same: true);
        using var of = Train(Learner, new TrainingSet(once, once.AllRows(), []), null, ("l2", 0));
        using var with = Train(Learner, new TrainingSet(twice, twice.AllRows(), []), null, ("l2", 0));

        Assert.That(with.Predict(twice, twice.AllRows()), Is.EqualTo(of.Predict(once, once.AllRows())).Within(1e-4));
    }

    [Test]
    public void A_penalty_that_is_huge_leaves_the_mean()
    {
        using var model = Train(Learner, Set(Priced()), null, ("l2", 1e6));
        Assert.That(model.Predict(Priced(), [0, 1, 2]), Is.All.EqualTo(Priced().TargetsOf(Set(Priced()).Train).Average()).Within(1e-3));
    }

    [TestCase(1, 0)]
    [TestCase(1e-6, 0)]
    [TestCase(1e16, 0)]
    [TestCase(1000, 1.7e9)]
    public void The_export_agrees_on_missing_cells_and_unknown_categories_whatever_the_unit(double unit, double from)
    {
        var table = Priced(unit: unit, from: from);
        using var model = Train(Learner, Set(table));

        Assert.That(table.Column(3).ToArray(), Has.Some.EqualTo(-1f).And.Some.NaN, "or nothing is tested");
        Assert.That(Report(model, table, table.AllRows()).R2, Is.GreaterThan(0.75));
        ExportAgrees(model, table);
    }

    [Test]
    public void An_export_that_differs_is_seen_whatever_the_unit([Values(1.0, 1e-6, 1e12)] double unit)
    {
        var table = Priced(unit: unit);
        using var model = Train(Learner, Set(table));
        using var other = Train(Learner, Set(table), null, ("l2", 1e-2));

        Assert.That(ExportCheck.Run(model, Export(other), table, table.AllRows(), passes: 1), Has.Property("Agrees").False.And.Property("LargestDifference").InRange(1e-3, 0.1));
    }

    [Test]
    public void Learned_on_rows_without_gaps_it_takes_the_mean_for_what_is_missing_later()
    {
        var table = OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 40).Select(i => (float)i), 19.5f, float.NaN], [.. Enumerable.Range(0, 40).Select(i => i * 2f), 0, 0]);
        using var model = Train(Learner, new TrainingSet(table, [.. Enumerable.Range(0, 40)], []));

        var answers = model.Predict(table, [40, 41]);
        Assert.That(answers[1], Is.EqualTo(answers[0]).Within(1e-5));
    }

    [Test]
    public void The_one_round_tells_how_far_it_is_off()
    {
        List<TrainingProgress> told = [];
        var (data, table) = (Set(Priced()), Priced());
        using var model = Train(Learner, data, new TrainingRun(OnProgress: told.Add));

        Assert.That(told, Is.EqualTo(model.History));
        Assert.That(told.Single().TrainLoss, Is.EqualTo(Report(model, table, data.Train).RootMeanSquaredError).Within(1e-9));
        Assert.That(told.Single().ValidationLoss, Is.EqualTo(Report(model, table, data.Validation).RootMeanSquaredError).Within(1e-9));
        Assert.That((told.Single().Round, told.Single().MaxRounds, model.BestRound), Is.EqualTo((1, 1, 1)));
    }

    [Test]
    public void The_same_rows_give_the_same_file_however_many_threads()
    {
        byte[] Exported(int threads)
        {
            using var model = Train(Learner, Set(Priced(3000)), new TrainingRun(Threads: threads));
            return Export(model);
        }
        Assert.That(Exported(4), Is.EqualTo(Exported(1)));
    }

    [Test]
    public void Too_many_features_are_refused_with_the_column_that_has_them()
    {
        var table = OfNumbers(new Column("id", ColumnKind.Category, [.. Enumerable.Range(0, 5001).Select(i => $"{i}")]), [.. Enumerable.Range(0, 60).Select(i => (float)i)], [.. Enumerable.Range(0, 60).Select(i => (float)i)]);
        Assert.That(() => Train(Learner, Set(table)), Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("id").And.Message.Contains("5001 features; 5000 are the most"));
    }

    [Test]
    public void A_training_that_is_cancelled_ends()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.That(() => Train(Learner, Set(Priced()), new TrainingRun(Cancellation: stop.Token)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void Each_learner_takes_the_labels_it_is_for_and_names_others_for_the_rest()
    {
        Assert.That(Learners.For(number: true).Select(learner => learner.Name), Is.EqualTo(new[] { "linear-regression", "gradient-boosted-trees" }));
        Assert.That(Learners.For(number: false).Select(learner => learner.Name), Is.EqualTo(new[] { "logistic-regression", "gradient-boosted-trees", "image-head" }));
        Assert.That(() => Train(Learner, Set(Mixed())), Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("learner").And.Message.Contains("does not learn classes; logistic-regression and"));
        Assert.That(() => Train(new LogisticRegression(), Set(Priced())), Throws.TypeOf<LearningException>().With.Message.Contains("does not learn numbers; linear-regression and gradient-boosted-trees do"));
    }

    private static Table Plane(int rows, Func<float, float, float> target, Random random, bool constant = false, bool same = false)
    {
        var builder = new TableBuilder(TableSchema.OfNumber([new("a", ColumnKind.Number), new("b", ColumnKind.Number)]));
        for (var row = 0; row < rows; row++)
        {
            var (a, other) = ((float)(random.NextDouble() * 10), (float)(random.NextDouble() * 1000));
            var b = constant ? 42 : same ? a : other;
            builder.Add([a, b], target(a, b));
        }
        return builder.Build();
    }
}
