using System.Globalization;
using System.Net;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>What of labels that are numbers can't be trained is told at once, and names what is wrong.</summary>
public sealed class NumberRefusalTests
{
    private const string Linear = """{"learner": "linear-regression"}""";

    [TestCase("""{"learner": "logistic-regression"}""", TestName = "A_learner_of_classes")]
    [TestCase("""{"learner": "image-head"}""", TestName = "A_learner_of_images")]
    [TestCase("{}", TestName = "No_learner")]
    public async Task A_learner_that_does_not_learn_numbers_is_refused_with_those_that_do(string body)
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(100));
        await RefusedAsync(trainee, body, "learner", "linear-regression or gradient-boosted-trees for one whose labels are numbers");
    }

    [Test]
    public async Task A_learner_of_numbers_is_refused_for_classes_with_those_that_learn_them()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(100));
        await RefusedAsync(trainee, Linear, "learner", "'learner' is logistic-regression or gradient-boosted-trees for a data set of rows.");
    }

    [Test]
    public async Task Weights_of_classes_are_no_parameter()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(100));
        await RefusedAsync(trainee, """{"learner": "gradient-boosted-trees", "parameters": {"classWeights": "balanced"}}""", "parameters.classWeights", "there are rounds");
    }

    [Test]
    public async Task Fewer_than_fifty_rows_are_refused()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(49));
        await RefusedAsync(trainee, Linear, "rows", "There are 49 rows; 50 are the least");
    }

    [Test]
    public async Task Fifty_rows_will_do()
    {
        using var trainee = await Trainee.NewAsync(Numbers.Rows(50));
        Assert.That((await trainee.TrainAsync(Linear))["result"]!["rows"]!["train"]!.GetValue<int>(), Is.GreaterThanOrEqualTo(25));
    }

    [Test]
    public async Task Labels_that_are_all_the_same_are_refused()
    {
        using var trainee = await NewAsync("""{"type": "number"}""", i => "2.5");
        await RefusedAsync(trainee, Linear, "label", "All 60 rows have the label 2.5; there is nothing to predict");
    }

    [Test]
    public async Task Labels_that_are_too_large_for_what_is_learned_with_are_refused()
    {
        using var trainee = await NewAsync("""{"type": "number"}""", i => i == 7 ? "1e30" : $"{i}.5");
        await RefusedAsync(trainee, Linear, "label", "1E+18 can be learned");
    }

    [Test]
    public async Task A_set_most_of_whose_rows_judge_leaves_too_few_to_train_on()
    {
        using var trainee = await Trainee.NewAsync("x,label,trusted\n" + string.Concat(Enumerable.Range(0, 60).Select(i => $"{i},{i}.5,{(i < 55 ? "true" : "false")}\n")));
        await RefusedAsync(trainee, Linear, "rows", "There are 60 rows, and 55 of them are set aside to judge by; 10 to train on are the least");
    }

    [Test]
    public async Task A_model_of_classes_gets_no_version_of_numbers()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(100));
        var model = (await trainee.TrainAsync()).Text("model");
        await trainee.Http.DeleteAsync(trainee.Dataset).ReadAsync(HttpStatusCode.NoContent);
        using var admin = await Trainee.NewAsync(Numbers.Rows(100), role: "admin");
        await RefusedAsync(admin, $$"""{"learner": "linear-regression", "model": "{{model}}"}""", "model", $"'{model}' is for tabular-classification");
    }

    private static async Task<Trainee> NewAsync(string label, Func<int, string> labelOf)
    {
        var trainee = await Trainee.NewAsync("");
        var dataset = await trainee.Caller.CreateAsync(schema: $$"""{"columns": [{"name": "x", "type": "number"}], "label": {{label}}}""");
        await trainee.Caller.PostCsvAsync(dataset, "x,label\n" + string.Concat(Enumerable.Range(0, 60).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i},{labelOf(i)}\n")))).ReadAsync();
        return trainee.With(dataset);
    }

    private static async Task RefusedAsync(Trainee who, string body, string field, string reason)
    {
        var problem = await who.PostRunAsync(body).ReadAsync(HttpStatusCode.UnprocessableEntity);
        Assert.That(problem.Field(), Is.EqualTo(field), problem.ToJsonString());
        Assert.That(problem.Text("detail"), Does.Contain(reason));
    }
}
