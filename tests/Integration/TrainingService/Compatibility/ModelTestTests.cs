using System.Net;
using System.Text;
using InferenceSuite.Contracts;
using Integration.TrainingService.Datasets;
using NUnit.Framework;

namespace Integration.TrainingService.Compatibility;

public class ModelTestTests
{
    private DocumentUser user = null!;

    [OneTimeSetUp]
    public async Task TrainAsync() => user = await DocumentUser.TrainedAsync();

    [OneTimeTearDown]
    public void Leave() => user.Dispose();

    [Test]
    public async Task A_row_is_predicted_with_its_probability()
    {
        var (yes, no) = (await user.TestAsync(DocumentUser.Row(0.9)).ReadAsync(), await user.TestAsync(DocumentUser.Row(-0.9)).ReadAsync());

        Assert.That((yes["prediction"]!.GetValue<int>(), no["prediction"]!.GetValue<int>()), Is.EqualTo((1, 0)));
        Assert.That(new[] { yes, no }.Select(answer => answer["probability"]!.GetValue<double>()), Has.All.InRange(0.7, 1));
    }

    [Test]
    public async Task On_get_the_row_is_in_the_query_string_or_in_the_body()
    {
        var posted = await user.TestAsync(DocumentUser.Row(0.9)).ReadAsync();
        var asked = await user.Http.GetAsync("/model/test?x=0.9&y=5&plan=pro&member=true&minPrecision=0.5").ReadAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/model/test") { Content = new StringContent(DocumentUser.Row(0.9), Encoding.UTF8, "application/json") };
        var sent = await user.Http.SendAsync(request).ReadAsync();

        Assert.That(new[] { asked, sent }.Select(answer => answer["probability"]!.GetValue<double>()), Has.All.EqualTo(posted["probability"]!.GetValue<double>()).Within(1e-6));
    }

    [Test]
    public async Task A_missing_value_is_null_or_in_the_query_string_nothing()
    {
        var posted = await user.TestAsync("""{"x": null, "y": 5, "plan": "pro", "member": true}""").ReadAsync();
        var asked = await user.Http.GetAsync("/model/test?x=&y=5&plan=pro&member=true").ReadAsync();

        Assert.That(asked["probability"]!.GetValue<double>(), Is.EqualTo(posted["probability"]!.GetValue<double>()).Within(1e-6));
    }

    [Test]
    public async Task The_prediction_is_on_record_as_the_callers()
    {
        var id = (await user.TestAsync(DocumentUser.Row(0.9)).ReadAsync()).Text("id");
        using var mine = await CompatibilityServices.Suite.Inference.CallerAsync(user.Subject);
        using var other = await CompatibilityServices.Suite.Inference.CallerAsync("somebody-else");

        Assert.That((await mine.GetAsync($"/v1/predictions/{id}").ReadAsync()).ToJsonString(), Does.Contain(id));
        await other.GetAsync($"/v1/predictions/{id}").ReadAsync(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_prediction_that_is_labelled_by_its_id_is_trained_on()
    {
        using var labeller = await DocumentUser.TrainedAsync();
        var answer = await labeller.TestAsync(DocumentUser.Row(0.77)).ReadAsync();

        // What FeedbackService says after PUT /v1/predictions/{id}/feedback {"label": "0"}.
        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new FeedbackReceived(
            Guid.Parse(answer.Text("id")), labeller.Subject, answer.Text("model"), answer.Text("version"), "1", Correct: false, Label: "0", Rating: null, DateTimeOffset.UtcNow));

        var label = await Eventually.SeeAsync("the row has a label",
            () => DocumentUser.CountAsync($"""SELECT count(*) AS "Value" FROM labels l JOIN datasets d ON d.number = l.dataset WHERE d.owner = {labeller.Subject} AND l.removed IS NULL AND l.label IS NOT NULL"""),
            count => count == 201, log: () => CompatibilityServices.Suite.Training.Log);
        Assert.That(label, Is.EqualTo(201));
        Assert.That((await labeller.TrainAsync())["labels"]!.GetValue<int>(), Is.EqualTo(201));
    }

    [Test]
    public async Task A_model_below_the_precision_asked_for_is_refused()
    {
        using var noisy = await DocumentUser.TrainedAsync(rows: 400, noise: 0.35);
        var precision = (await noisy.TrainAsync())["precision"]!.GetValue<double>();
        Assert.That(precision, Is.LessThan(0.9));

        var refused = await noisy.TestAsync(DocumentUser.Row(0.9), "?minPrecision=0.95").ReadAsync(HttpStatusCode.Conflict);

        Assert.That(refused.Text("code"), Is.EqualTo("model-below-threshold"));
        Assert.That(refused.Text("detail"), Does.Contain(precision.ToString("0.000", System.Globalization.CultureInfo.InvariantCulture)).And.Contain("less than 0.95"));
        await noisy.TestAsync(DocumentUser.Row(0.9), $"?minPrecision={precision - 0.01:0.00}").ReadAsync();
    }

    [Test]
    public async Task Without_a_model_there_is_no_prediction()
    {
        using var newcomer = await DocumentUser.NewAsync();
        Assert.That((await newcomer.TestAsync(DocumentUser.Row(0)).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("no-model"));
        await newcomer.PostAsync(DocumentUser.Rows(50)).ReadAsync();
        Assert.That((await newcomer.TestAsync(DocumentUser.Row(0)).ReadAsync(HttpStatusCode.Conflict)).Text("code"), Is.EqualTo("no-model"));
    }

    [Test]
    public async Task The_model_serves_nobody_else()
    {
        var model = (await user.TestAsync(DocumentUser.Row(0.9)).ReadAsync()).Text("model");
        using var other = await CompatibilityServices.Suite.Inference.CallerAsync("somebody-else");
        using var mine = await CompatibilityServices.Suite.Inference.CallerAsync(user.Subject);
        var row = $$"""{"rows": [{{DocumentUser.Row(0.9)}}]}""";

        await mine.PostAsync($"/v1/models/{model}/predict", DatasetCaller.Json(row)).ReadAsync();
        await other.PostAsync($"/v1/models/{model}/predict", DatasetCaller.Json(row)).ReadAsync(HttpStatusCode.NotFound);
        Assert.That(model, Does.Not.Contain(user.Subject[..8]), "its name does not say whose it is");
    }

    [TestCase("""{"x": 1, "y": 5, "plan": "pro"}""", HttpStatusCode.UnprocessableEntity, "member")]
    [TestCase("""{"x": "much", "y": 5, "plan": "pro", "member": true}""", HttpStatusCode.UnprocessableEntity, "x")]
    [TestCase("""{"x": 1, "y": 5, "plan": "pro", "member": true, "colour": "red"}""", HttpStatusCode.UnprocessableEntity, "colour")]
    [TestCase("""{"x": 1, "y": 5, "plan": "pro", "member": true, "label": 1}""", HttpStatusCode.UnprocessableEntity, "label")]
    [TestCase("""{"x": 1, "x": 2}""", HttpStatusCode.BadRequest, "body")]
    [TestCase("""[{"x": 1}]""", HttpStatusCode.BadRequest, "body")]
    [TestCase("""{}""", HttpStatusCode.BadRequest, "body")]
    [TestCase("""{"x": """, HttpStatusCode.BadRequest, "body")]
    public async Task A_row_that_does_not_fit_is_refused_with_its_column(string row, HttpStatusCode status, string field) =>
        Assert.That((await user.TestAsync(row).ReadAsync(status)).Field(), Is.EqualTo(field));

    [TestCase("?x=much&y=5&plan=pro&member=true", HttpStatusCode.UnprocessableEntity, "x")]
    [TestCase("?x=NaN&y=5&plan=pro&member=true", HttpStatusCode.UnprocessableEntity, "x")]
    [TestCase("?x=1&y=5&plan=pro&member=perhaps", HttpStatusCode.UnprocessableEntity, "member")]
    [TestCase("?x=1&x=2&y=5&plan=pro&member=true", HttpStatusCode.BadRequest, "x")]
    [TestCase("?x=1&y=5&plan=pro", HttpStatusCode.UnprocessableEntity, "member")]
    [TestCase("?x=1&y=5&plan=pro&member=true&minPrecision=1.5", HttpStatusCode.BadRequest, "minPrecision")]
    [TestCase("", HttpStatusCode.BadRequest, "body")]
    public async Task A_query_string_that_does_not_fit_is_refused_with_its_column(string query, HttpStatusCode status, string field) =>
        Assert.That((await user.Http.GetAsync($"/model/test{query}").ReadAsync(status)).Field(), Is.EqualTo(field));
}
