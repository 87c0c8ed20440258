using System.Text.Json;
using Learning;
using Learning.Data;
using Learning.Linear;
using Learning.Parameters;
using Learning.Search;
using NUnit.Framework;
using static Unit.Learning.TestTables;

namespace Unit.Learning;

[TestFixture]
public sealed class SearchTests
{
    private static readonly LogisticRegression Learner = new();

    [Test]
    public void The_combination_of_the_lowest_log_loss_wins()
    {
        var table = Mixed(300);
        var search = Grid(("l2", [100, 0.001, 10]), ("classWeights", ["none", "balanced"]));
        var result = search.Run(table, Split.Folds(table, 4, 1), new TrainingRun());

        Assert.That(result.Tried, Has.Count.EqualTo(6));
        Assert.That(result.Tried[result.Best].LogLoss!.Mean, Is.EqualTo(result.Tried.Min(each => each.LogLoss!.Mean)));
        Assert.That(search.Sets[result.Best].Number("l2"), Is.EqualTo(0.001));
        Assert.That(result.Tried[0].LogLoss!.Mean, Is.GreaterThan(result.Tried[result.Best].LogLoss!.Mean + 0.05), "a penalty of 100 leaves nothing to learn");
    }

    [Test]
    public void The_same_search_gives_the_same_figures()
    {
        var table = Mixed(300);
        string Once() => JsonSerializer.Serialize(Grid(("l2", [0.1, 0.001])).Run(table, Split.Folds(table, 3, 1), new TrainingRun(Threads: 2)));

        Assert.That(Once(), Is.EqualTo(Once()));
    }

    [Test]
    public void Each_fold_is_told_of_in_order()
    {
        var table = Mixed(200);
        List<GridProgress> told = [];
        Grid(("l2", [0.1, 0.001])).Run(table, Split.Folds(table, 3, 1), new TrainingRun(), told.Add);

        Assert.That(told.Select(each => each.Done), Is.EqualTo(Enumerable.Range(1, 6)));
        Assert.That(told, Has.All.Property("Total").EqualTo(6));
        Assert.That(told[3], Is.EqualTo(new GridProgress(2, 2, 1, 3)));
    }

    [Test]
    public void A_search_that_is_cancelled_ends_at_once()
    {
        var table = Mixed(200);
        using var stop = new CancellationTokenSource();
        var folds = 0;
        Assert.That(
            () => Grid(("l2", [0.1, 0.001])).Run(table, Split.Folds(table, 3, 1), new TrainingRun(Cancellation: stop.Token), _ =>
            {
                folds++;
                stop.Cancel();
            }), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(folds, Is.EqualTo(1));
    }

    [Test]
    public void More_than_thirty_two_combinations_are_refused() => Assert.That(
        () => Grid(("l2", [.. Enumerable.Range(0, 11).Select(i => (object)i)]), ("maxIterations", [1, 2, 3])),
        Throws.TypeOf<LearningException>().With.Message.EqualTo("The grid has 33 combinations; 32 are the most.").And.Property("Field").EqualTo("grid"));

    [Test]
    public void A_grid_over_an_unknown_parameter_is_refused_with_those_that_exist() => Assert.That(
        () => Grid(("depth", [1])), Throws.TypeOf<LearningException>().With.Message.Contains("there are l2, maxIterations, tolerance, classWeights").And.Property("Field").EqualTo("depth"));

    [Test]
    public void A_grid_with_a_value_that_is_none_is_refused_before_anything_starts() => Assert.That(
        () => Grid(("l2", [0.1, -1])), Throws.TypeOf<LearningException>().With.Message.Contains("a number from 0").And.Property("Field").EqualTo("l2"));

    [Test]
    public void A_grid_without_a_value_is_refused() => Assert.That(
        () => Grid(("l2", [])), Throws.TypeOf<LearningException>().With.Message.Contains("lists no value of 'l2'"));

    [Test]
    public void A_parameter_that_is_given_and_searched_for_is_refused() => Assert.That(
        () => new GridSearch(Learner, Values(("l2", 1)), new Dictionary<string, IReadOnlyList<JsonElement>> { ["l2"] = [JsonSerializer.SerializeToElement(1)] }),
        Throws.TypeOf<LearningException>().With.Message.Contains("given and searched for"));

    [Test]
    public void Given_parameters_hold_in_every_combination()
    {
        var search = new GridSearch(Learner, Values(("maxIterations", 7)), new Dictionary<string, IReadOnlyList<JsonElement>> { ["l2"] = [.. new[] { 1, 2 }.Select(each => JsonSerializer.SerializeToElement(each))] });
        Assert.That(search.Sets.Select(set => set.Integer("maxIterations")), Is.EqualTo(new[] { 7, 7 }));
    }

    [Test]
    public void Cross_validation_judges_each_row_once_by_a_model_that_did_not_see_it()
    {
        var table = Mixed(301);
        var figures = CrossValidation.Measure(Learner, table, Split.Folds(table, 5, 1), ParameterSet.Defaults(Learner.Parameters), new TrainingRun());

        Assert.That(figures.Folds.Sum(fold => fold.Rows), Is.EqualTo(301));
        Assert.That(figures.Accuracy!.Mean, Is.EqualTo(figures.Folds.Average(fold => fold.Accuracy)).Within(1e-12).And.InRange(0.8, 0.99));
        Assert.That(figures.Accuracy!.Deviation, Is.GreaterThan(0));
    }

    [Test]
    public void Ten_rows_of_a_class_are_enough_for_folds_and_nine_are_not([Values(9, 10)] int rows)
    {
        var table = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 60).Select(i => (float)i)], [.. Enumerable.Range(0, 60).Select(i => i < rows ? 1 : 0)]);
        Assert.That(
            () => CrossValidation.Measure(Learner, table, Split.Folds(table, 5, 1), ParameterSet.Defaults(Learner.Parameters), new TrainingRun()),
            rows == 10 ? Throws.Nothing : Throws.TypeOf<LearningException>().With.Message.Contains("'yes' has 9 rows; 10 per class"));
    }

    [Test]
    public void More_folds_than_different_rows_are_refused()
    {
        var table = Of(new Column("x", ColumnKind.Number), [.. Enumerable.Range(0, 40).Select(i => (float)(i % 4))], [.. Enumerable.Range(0, 40).Select(i => i % 2)]);
        Assert.That(() => Split.Folds(table, 5, 1), Throws.TypeOf<LearningException>().With.Message.Contains("4 different rows; 5 folds"));
    }

    [Test]
    public void A_spread_is_mean_and_sample_deviation()
    {
        Assert.That(Spread.Of([2, 4, 4, 4, 5, 5, 7, 9]).Mean, Is.EqualTo(5));
        Assert.That(Spread.Of([2, 4, 4, 4, 5, 5, 7, 9]).Deviation, Is.EqualTo(Math.Sqrt(32 / 7.0)).Within(1e-12));
        Assert.That(Spread.Of([0.5]), Is.EqualTo(new Spread(0.5, 0)));
    }

    private static GridSearch Grid(params (string Name, object[] Values)[] grid) => new(
        Learner, Values(), grid.ToDictionary(each => each.Name, each => (IReadOnlyList<JsonElement>)[.. each.Values.Select(value => JsonSerializer.SerializeToElement(value))]));

    private static Dictionary<string, JsonElement> Values(params (string Name, object Value)[] values) =>
        values.ToDictionary(each => each.Name, each => JsonSerializer.SerializeToElement(each.Value));
}
