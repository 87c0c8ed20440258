using System.Text.Json;
using System.Text.Json.Serialization;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Linear;
using Learning.Parameters;
using Learning.Search;
using Learning.Trees;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

/// <summary>Splits, folds, searches, curves and challenges of labels that are numbers.</summary>
[TestFixture]
public sealed class NumberSearchTests
{
    private static readonly LinearRegression Learner = new();

    private static readonly JsonSerializerOptions WithoutNulls = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    [Test]
    public void Every_side_of_a_split_has_the_whole_range()
    {
        var table = Priced(3000);
        var split = Split.Stratified(table, 0.1, 0.2, seed: 1);
        var tenths = Tenths.Of(table.Targets);

        Assert.That(split.Train.Concat(split.Validation).Concat(split.Test), Is.EquivalentTo(table.AllRows()));
        for (var tenth = 0; tenth < Tenths.Count; tenth++)
        {
            Assert.That(split.Test.Count(row => tenths[row] == tenth), Is.EqualTo(60).Within(1), $"test, tenth {tenth}");
            Assert.That(split.Validation.Count(row => tenths[row] == tenth), Is.EqualTo(30).Within(1), $"validation, tenth {tenth}");
        }
    }

    [Test]
    public void The_same_rows_in_another_order_are_split_alike()
    {
        var table = Priced(500);
        var builder = new TableBuilder(table.Schema);
        var cells = new float[table.Schema.Columns.Count];
        foreach (var row in table.AllRows().Reverse())
        {
            table.CopyRows([row], cells);
            builder.Add(cells, table.Targets[row]);
        }
        var mirrored = Split.Stratified(builder.Build(), 0.1, 0.2, 1).Test.Select(row => 499 - row);

        Assert.That(mirrored, Is.EquivalentTo(Split.Stratified(table, 0.1, 0.2, 1).Test));
    }

    [Test]
    public void Equal_rows_are_on_one_side_whatever_their_labels()
    {
        var table = OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 400).Select(i => (float)(i % 100))], [.. Enumerable.Range(0, 400).Select(i => (float)i)]);
        var split = Split.Stratified(table, 0.1, 0.3, seed: 1);

        HashSet<float> Values(int[] rows) => [.. rows.Select(row => table.Column(0)[row])];
        Assert.That(Values(split.Train).Intersect([.. Values(split.Test), .. Values(split.Validation)]), Is.Empty);
    }

    [Test]
    public void Equal_labels_are_in_one_tenth_and_all_the_same_in_the_first()
    {
        Assert.That(Tenths.Of([5, 1, 2, 3, 4, 6, 7, 8, 9, 0]), Is.EqualTo(new[] { 5, 1, 2, 3, 4, 6, 7, 8, 9, 0 }));
        Assert.That(Tenths.Of([0, 0, 0, 0, 0, 0, 0, 0, 3, 2]), Is.EqualTo(new[] { 0, 0, 0, 0, 0, 0, 0, 0, 9, 8 }));
        Assert.That(Tenths.Of([7, 7, 7]), Is.All.EqualTo(0));
        Assert.That(Tenths.Of([]), Is.Empty);
    }

    [Test]
    public void Folds_test_every_row_once_and_each_has_the_whole_range()
    {
        var table = Priced(500);
        var folds = Split.Folds(table, 5, seed: 1);
        var tenths = Tenths.Of(table.Targets);

        Assert.That(folds.SelectMany(fold => fold.Test), Is.EquivalentTo(table.AllRows()));
        foreach (var fold in folds)
            Assert.That(fold.Test.Select(row => tenths[row]).Distinct().Count(), Is.EqualTo(10));
    }

    [Test]
    public void The_reference_set_stays_out_of_training()
    {
        var table = Priced(300);
        var origins = RowOrigins.Of(table) with { Reference = [.. table.AllRows().Select(row => row % 5 == 0)] };
        var split = Split.Stratified(table, 0.1, 0.2, 1, origins);

        Assert.That(split.Reference, Is.EqualTo(table.AllRows().Where(row => row % 5 == 0)));
        Assert.That(split.Train.Concat(split.Validation).Concat(split.Test).Intersect(split.Reference), Is.Empty);
    }

    [Test]
    public void Cross_validation_judges_each_row_once_by_errors()
    {
        var table = Priced(301);
        var figures = CrossValidation.Measure(Learner, table, Split.Folds(table, 5, 1), ParameterSet.Defaults(Learner.Parameters), new TrainingRun());

        Assert.That(figures.Folds.Sum(fold => fold.Rows), Is.EqualTo(301));
        Assert.That(figures.RootMeanSquaredError!.Mean, Is.EqualTo(figures.Folds.Average(fold => fold.RootMeanSquaredError)).Within(1e-12).And.InRange(0.1, 2));
        Assert.That(figures.R2!.Mean, Is.InRange(0.7, 0.99));
        Assert.That((figures.Accuracy, figures.MacroF1, figures.RocAuc, figures.LogLoss), Is.EqualTo(((Spread?)null, (Spread?)null, (Spread?)null, (Spread?)null)));
    }

    [Test]
    public void Folds_of_mostly_one_label_are_judged_all_the_same()
    {
        // All but twelve labels are 0: some fold may hold nothing else.
        var table = OfNumbers(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 90).Select(i => (float)i)], [.. Enumerable.Range(0, 90).Select(i => i < 12 ? i : 0f)]);
        Assert.That(() => CrossValidation.Measure(Learner, table, Split.Folds(table, 10, 1), ParameterSet.Defaults(Learner.Parameters), new TrainingRun()), Throws.Nothing);
    }

    [Test]
    public void The_combination_of_the_lowest_root_mean_squared_error_wins()
    {
        var table = Priced(300);
        var search = new GridSearch(Learner, new Dictionary<string, JsonElement>(), Grid("l2", 100, 0.001, 10), numbers: true);
        var result = search.Run(table, Split.Folds(table, 4, 1), new TrainingRun());

        Assert.That(search.Sets[result.Best].Number("l2"), Is.EqualTo(0.001));
        Assert.That(result.Tried[result.Best].RootMeanSquaredError!.Mean, Is.EqualTo(result.Tried.Min(each => each.RootMeanSquaredError!.Mean)));
    }

    [Test]
    public void A_grid_over_weights_of_classes_is_refused_for_numbers() => Assert.That(
        () => new GridSearch(new BoostedTrees(), new Dictionary<string, JsonElement>(), Grid("classWeights", "none", "balanced"), numbers: true),
        Throws.TypeOf<LearningException>().With.Property("Field").EqualTo("classWeights"));

    [Test]
    public void A_learning_curve_has_errors_that_fall_and_leaves_out_too_few_rows()
    {
        var table = Priced(1000);
        var split = Split.Stratified(table, 0.1, 0.2, 1);
        var curve = LearningCurve.Measure(Learner, new TrainingSet(table, split.Train, split.Validation), split.Test, ParameterSet.Defaults(Learner.Parameters), new TrainingRun(), 0.005, 0.05, 1);

        Assert.That(curve.Select(point => point.Rows), Is.EqualTo(new[] { (int)(0.05 * split.Train.Length), split.Train.Length }));
        Assert.That(curve[^1].TestError, Is.LessThan(curve[0].TestError!));
        Assert.That((curve[0].TrainAccuracy, curve[0].TestAccuracy, curve[0].TestLogLoss), Is.EqualTo(((double?)null, (double?)null, (double?)null)));
    }

    [Test]
    public void Figures_of_classes_are_written_as_ever()
    {
        Assert.That(JsonSerializer.Serialize(new FoldFigures(20, 0.8, 0.79, null, 0.4, 12), WithoutNulls), Is.EqualTo("""{"rows":20,"accuracy":0.8,"macroF1":0.79,"logLoss":0.4,"bestRound":12}"""));
        Assert.That(JsonSerializer.Serialize(new LearningCurvePoint(100, 0.9, 0.7, 0.5), WithoutNulls), Is.EqualTo("""{"rows":100,"trainAccuracy":0.9,"testAccuracy":0.7,"testLogLoss":0.5}"""));
        var spread = new Spread(0.8, 0.01);
        Assert.That(JsonSerializer.Serialize(new CrossValidation([], spread, spread, null, spread), WithoutNulls),
            Is.EqualTo("""{"folds":[],"accuracy":{"mean":0.8,"deviation":0.01},"macroF1":{"mean":0.8,"deviation":0.01},"logLoss":{"mean":0.8,"deviation":0.01}}"""));
        Assert.That(JsonSerializer.Serialize(new Combination(new Dictionary<string, JsonElement>(), spread, spread, spread), WithoutNulls),
            Is.EqualTo("""{"parameters":{},"accuracy":{"mean":0.8,"deviation":0.01},"macroF1":{"mean":0.8,"deviation":0.01},"logLoss":{"mean":0.8,"deviation":0.01}}"""));
    }

    private static Dictionary<string, IReadOnlyList<JsonElement>> Grid(string name, params object[] values) =>
        new() { [name] = [.. values.Select(value => JsonSerializer.SerializeToElement(value))] };
}
