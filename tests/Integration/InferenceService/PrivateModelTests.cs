using System.Net;
using System.Net.Http.Json;
using System.Text;
using Integration.StorageService;
using Integration.TrainingService;
using NUnit.Framework;

namespace Integration.InferenceService;

/// <summary>A model that belongs to somebody.</summary>
public class PrivateModelTests
{
    private readonly string mine = PackageFolder.NewModelName(), everybodys = PackageFolder.NewModelName();
    private PackageFolder packages = null!;
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;
    private InferenceApplication inference = null!;
    private HttpClient owner = null!, stranger = null!, admin = null!, service = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        packages = new PackageFolder();
        packages.WriteScorer(mine, "1", manifest => manifest["owner"] = "owner-1");
        packages.WriteScorer(mine, "2", manifest => manifest["owner"] = "owner-1");
        packages.WriteScorer(everybodys, "1");
        storage = await StorageApplication.StartNewAsync();
        training = await TrainingApplication.StartReadyAsync(packages, storage);
        inference = await InferenceApplication.StartReadyAsync(training.Address, storage.Address, settings: new Dictionary<string, string> { ["Compatibility:ScoreModel"] = mine });
        (owner, stranger) = (await inference.CallerAsync("owner-1"), await inference.CallerAsync("stranger-1"));
        (admin, service) = (await inference.CallerInRoleAsync("admin-1", "admin"), await inference.ServiceAsync("training", "inference"));
        foreach (var allowed in (HttpClient[])[owner, admin])
            await PredictAsync(allowed).ReadAsync(); // so that there are statistics
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        foreach (var client in (HttpClient[])[owner, stranger, admin, service])
            client.Dispose();
        await inference.DisposeAsync();
        await training.DisposeAsync();
        await storage.DisposeAsync();
        packages.Dispose();
    }

    [Test]
    public async Task To_everybody_else_it_does_not_exist_by_any_route()
    {
        foreach (var path in (string[])[$"/v1/models/{mine}", $"/v2/models/{mine}", $"/v2/models/{mine}/versions/1", $"/v2/models/{mine}/config", $"/v2/models/{mine}/ready", $"/v2/models/{mine}/versions/2/ready", $"/v2/models/{mine}/stats", $"/v2/models/{mine}/versions/2/stats"])
            Assert.That(await stranger.GetAsync(path).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), path);
        foreach (var (path, body) in new (string, HttpContent)[]
        {
            ($"/v1/models/{mine}/predict", Rows()), ($"/v1/models/{mine}/predict?version=1", Rows()), ($"/v1/models/{mine}/predict?version=77", Rows()),
            ($"/v1/models/{mine}/tasks", new StringContent("{}", Encoding.UTF8, "application/x-ndjson")),
            ($"/v2/models/{mine}/infer", Tensor()), ($"/v2/models/{mine}/versions/1/infer", Tensor()),
            ("/predict", JsonContent.Create(new[] { Row })), ("/prediction", JsonContent.Create(new[] { Row })),
        })
        {
            using var answer = await stranger.PostAsync(path, body);
            Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
        }
    }

    [Test]
    public async Task The_answer_is_the_one_for_a_model_that_is_not_there()
    {
        var (hidden, missing) = (await PredictAsync(stranger).ReadAsync(HttpStatusCode.NotFound), await PredictAsync(stranger, "nothing").ReadAsync(HttpStatusCode.NotFound));
        Assert.That(hidden.Text("detail").Replace(mine, "nothing"), Is.EqualTo(missing.Text("detail")));
        Assert.That(hidden.Text("code"), Is.EqualTo(missing.Text("code")));
    }

    [Test]
    public async Task Lists_and_statistics_have_it_for_its_owner_admins_and_the_suite_itself_alone()
    {
        foreach (var (client, sees) in new[] { (owner, true), (admin, true), (service, true), (stranger, false) })
        {
            var names = new List<string>();
            foreach (var path in (string[])["/v1/models", "/v2/models"])
                names.Add(string.Join(' ', (await client.GetAsync(path).ReadAsync())["models"]!.AsArray().Select(model => model!.Text("name"))));
            names.Add(string.Join(' ', (await client.PostAsync("/v2/repository/index", null).ReadAsync()).AsArray().Select(model => model!.Text("name"))));
            foreach (var list in names)
            {
                Assert.That(list.Contains(mine), Is.EqualTo(sees), list);
                Assert.That(list, Does.Contain(everybodys));
            }
            Assert.That((await client.GetAsync("/v2/models/stats").ReadAsync()).ToJsonString().Contains(mine), Is.EqualTo(sees));
        }
    }

    [Test]
    public async Task Its_owner_and_admins_predict_with_it()
    {
        foreach (var client in (HttpClient[])[owner, admin])
        {
            await PredictAsync(client).ReadAsync();
            await client.GetAsync($"/v1/models/{mine}").ReadAsync();
            await client.PostAsJsonAsync("/predict", new[] { Row }).ReadAsync();
        }
        using var asked = await service.PostAsync($"/v2/models/{mine}/infer", Tensor());
        Assert.That(asked.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), "what it lacks is inputs");
    }

    [Test]
    public async Task Everybody_else_s_model_is_everybody_s() => await PredictAsync(stranger, everybodys).ReadAsync();

    private static object Row => new { abuse_type = "MSG", report_text_len = 10, profile_rating = 1.5, popularity = 3 };

    private static JsonContent Rows() => JsonContent.Create(new { rows = new[] { Row } });

    private static StringContent Tensor() => new("""{"inputs":[]}""", Encoding.UTF8, "application/json");

    private Task<HttpResponseMessage> PredictAsync(HttpClient client, string? model = null) => client.PostAsync($"/v1/models/{model ?? mine}/predict", Rows());
}
