using Learning;
using Learning.Data;
using Learning.Parameters;
using Learning.Trees;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture, CancelAfter(60_000)]
public sealed class NumberTreesTests
{
    private static readonly BoostedTrees Learner = new();

    [SetUp]
    public void Need() => NeedXgBoost();

    [TestCase(1, 0)]
    [TestCase(1e-6, 0)]
    [TestCase(1e16, 0)]
    [TestCase(1000, 1.7e9)]
    public void The_export_agrees_on_missing_cells_and_unknown_categories_whatever_the_unit(double unit, double from)
    {
        var table = Priced(unit: unit, from: from);
        using var model = Train(Learner, Set(table), null, ("rounds", 60));

        Assert.That(Report(model, table, Set(table).Validation).R2, Is.GreaterThan(0.75), "or it learned nothing that could differ");
        ExportAgrees(model, table);
    }

    [Test]
    public void A_cell_that_is_the_threshold_itself_goes_the_same_way_in_the_export()
    {
        var table = OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 200).Select(i => (float)(i % 20))], [.. Enumerable.Range(0, 200).Select(i => i % 20 is 3 or 7 or > 12 ? 50f : i % 20)]);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("rounds", 200), ("subsample", 1));

        Assert.That(Report(model, table, table.AllRows()).R2, Is.GreaterThan(0.999));
        ExportAgrees(model, table);
    }

    [Test]
    public void Labels_far_from_zero_are_learned_as_well_as_those_near_it()
    {
        double R2(double from)
        {
            var table = Priced(1500, unit: 1000, from: from);
            using var model = Train(Learner, Set(table), null, ("rounds", 40));
            return Report(model, table, Set(table).Validation).R2!.Value;
        }

        Assert.That(R2(1e7), Is.EqualTo(R2(0)).Within(0.01).And.GreaterThan(0.8));
    }

    [Test]
    public void The_losses_it_tells_are_root_mean_squared_errors_in_the_labels_unit()
    {
        var (data, table) = (Set(Priced(1500, unit: 1000)), Priced(1500, unit: 1000));
        using var model = Train(Learner, data, null, ("rounds", 41), ("earlyStopping", 0));

        Assert.That(model.History[^1].TrainLoss, Is.EqualTo(Report(model, table, data.Train).RootMeanSquaredError).Within(0.1));
        Assert.That(model.History[^1].ValidationLoss, Is.EqualTo(Report(model, table, data.Validation).RootMeanSquaredError).Within(0.1));
        Assert.That(model.History[^1].ValidationLoss, Is.GreaterThan(50), "so that the tolerance says something");
    }

    [Test]
    public void It_stops_when_the_validation_rows_gain_nothing_and_keeps_the_best_round()
    {
        var random = new Random(1);
        var noise = OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 300).Select(_ => (float)random.NextDouble())], [.. Enumerable.Range(0, 300).Select(_ => (float)random.NextDouble())]);
        using var model = Train(Learner, Set(noise), null, ("rounds", 1000), ("earlyStopping", 5));

        Assert.That(model.History, Has.Count.LessThan(300));
        Assert.That(model.BestRound, Is.EqualTo(model.History.Count - 5));
        ExportAgrees(model, noise);
    }

    [Test]
    public void Weights_of_classes_are_no_parameter_for_numbers()
    {
        Assert.That(() => ParameterSet.Read(Learner.ParametersFor(numbers: true), ("classWeights", "balanced")),
            Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("classWeights").And.Message.Contains("There is no parameter 'classWeights'; there are rounds,"));
        Assert.That(() => Train(Learner, Set(Priced()), null, ("classWeights", "balanced")), Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("classWeights"));
        Assert.That(Learner.ParametersFor(numbers: false), Is.EqualTo(Learner.Parameters));
    }

    [Test]
    public void Labels_that_are_all_the_same_are_refused() => Assert.That(
        () => Train(Learner, Set(OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 60).Select(i => (float)i)], [.. Enumerable.Repeat(3f, 60)]))),
        Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("label"));

    [Test]
    public void A_column_that_never_changes_leaves_the_mean()
    {
        var table = OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Repeat(7f, 60)], [.. Enumerable.Range(0, 60).Select(i => (float)i)]);
        using var model = Train(Learner, new TrainingSet(table, table.AllRows(), []), null, ("rounds", 50), ("subsample", 1));

        Assert.That(model.Predict(table, [0]).Single(), Is.EqualTo(29.5f).Within(1e-3));
        ExportAgrees(model, table);
    }

    [Test]
    public void A_seed_gives_one_model_and_another_seed_another()
    {
        byte[] Exported(ulong seed)
        {
            using var model = Train(Learner, Set(Priced()), new TrainingRun(Seed: seed), ("rounds", 20));
            return Export(model);
        }
        Assert.That(Exported(7), Is.EqualTo(Exported(7)));
        Assert.That(Exported(8), Is.Not.EqualTo(Exported(7)));
    }

    [Test]
    public void What_decides_is_the_most_important()
    {
        using var model = Train(Learner, Set(Priced(2000)), null, ("rounds", 50));
        Assert.That(model.Importance[0].Column, Is.EqualTo("age"));
        Assert.That(model.Importance.Sum(each => each.Share), Is.EqualTo(1).Within(1e-9));
    }
}
