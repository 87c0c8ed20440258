using System.Text.Json.Nodes;
using Integration.TrainingService.Runs;
using NUnit.Framework;

namespace Integration.TrainingService.Evaluations;

/// <summary>Which rows models of numbers are judged by.</summary>
public sealed class NumberReferenceTests
{
    [Test]
    public async Task A_fifth_of_each_tenth_is_chosen_so_that_the_whole_range_is_judged_by()
    {
        using var trainee = await NewAsync(600);
        var chosen = await ChooseAsync(trainee);
        Assert.That((Rows(chosen), chosen.Text("kind"), chosen["provisional"]!.GetValue<bool>(), chosen["classes"]), Is.EqualTo((120, "share", false, (JsonNode?)null)));
        Assert.That(chosen["range"]!["from"]!.GetValue<double>(), Is.InRange(0, 60), "one of the lowest tenth");
        Assert.That(chosen["range"]!["to"]!.GetValue<double>(), Is.InRange(540, 600), "one of the highest");
        var tenths = await JudgedModel.Training.QueryAsync<long>($"""
            SELECT count(*) FROM (
              SELECT count(*) AS rows FROM dataset_reference r JOIN datasets d ON d.number = r.dataset JOIN labels l ON l.dataset = r.dataset AND l.id = r.label
              WHERE d.id = '{trainee.DatasetId}' GROUP BY floor(l.label::float8 / 60)) tenths
            WHERE rows = 12
            """);
        Assert.That(tenths, Is.EqualTo(10), "twelve of sixty, ten times");
    }

    [Test]
    public async Task Of_few_rows_more_are_spared_so_that_there_are_fifty()
    {
        using var trainee = await NewAsync(120);
        Assert.That(Rows(await ChooseAsync(trainee)), Is.EqualTo(50));
    }

    [Test]
    public async Task Too_few_are_provisional()
    {
        using var trainee = await NewAsync(100);
        var chosen = await ChooseAsync(trainee);
        Assert.That((Rows(chosen), chosen["provisional"]!.GetValue<bool>()), Is.EqualTo((20, true)));
    }

    [TestCase(49, "share")]
    [TestCase(50, "trusted")]
    public async Task Trusted_rows_are_it_where_there_are_fifty(int trusted, string kind)
    {
        using var trainee = await NewAsync(300, trusted);
        Assert.That((await ChooseAsync(trainee)).Text("kind"), Is.EqualTo(kind));
    }

    [Test]
    public async Task Labels_that_are_all_in_one_tenth_are_a_stratum()
    {
        using var trainee = await Trainee.NewAsync("x,label\n" + string.Concat(Enumerable.Range(0, 300).Select(i => $"{i},{(i < 270 ? "0.5" : $"{i}.5")}\n")), JudgedModel.Training);
        Assert.That(Rows(await ChooseAsync(trainee)), Is.EqualTo(54 + 6), "a fifth of those that are the same, and of the others");
    }

    [Test]
    public async Task With_too_few_reference_rows_nothing_that_asks_for_figures_goes_live()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(100), JudgedModel.Training);
        await trainee.Http.PutAsync($"{trainee.Dataset}/policy", JudgedModel.Json("""{"gates": {"minR2": 0.1}}""")).ReadAsync();
        var run = await trainee.TrainAsync("""{"learner": "linear-regression", "promote": true}""");
        Assert.That(run["result"]!["reasons"]!.AsArray().Single()!.GetValue<string>(), Does.Match("^reference-too-small: there are 2[0-9] reference rows; 50 are the least$"));
    }

    /// <summary>Rows whose labels are 0.5, 1.5, ...</summary>
    private static Task<Trainee> NewAsync(int rows, int trusted = 0) => Trainee.NewAsync(
        "x,label,trusted\n" + string.Concat(Enumerable.Range(0, rows).Select(i => $"{i * 7 % rows},{i}.5,{(i < trusted ? "true" : "false")}\n")), JudgedModel.Training);

    private static Task<JsonNode> ChooseAsync(Trainee trainee) => trainee.Http.PostAsync($"{trainee.Dataset}/reference", null).ReadAsync();

    private static int Rows(JsonNode view) => view["rows"]!.GetValue<int>();
}
