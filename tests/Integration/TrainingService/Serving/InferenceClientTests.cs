using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Integration.InferenceService;
using InferenceService;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using ServiceDefaults.Problems;
using TrainingService.Serving;

namespace Integration.TrainingService.Serving;

/// <summary>How TrainingService has models run: by the same InferenceService that serves everybody.</summary>
[TestFixture]
public sealed class InferenceClientTests
{
    private static readonly int[] Shape = [3, 128, 128];
    private readonly string model = PackageFolder.NewModelName(), never = PackageFolder.NewModelName();
    private ServedModels suite = null!;
    private InferenceClient client = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        suite = await ServedModels.StartNewAsync(packages => packages.WriteMaskDetector(model, "1"));
        await suite.RegisterAsync(packages => packages.WriteMaskDetector(never, "1", TakesTensors), never, "1");
        client = suite.Training.Services.GetRequiredService<InferenceClient>();
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await suite.DisposeAsync();

    [Test]
    public async Task A_batch_larger_than_the_model_takes_comes_back_in_its_order()
    {
        var cells = NewCells(37);
        var logits = await InferAsync(model, output: null, cells, 37);
        Assert.That(logits, Has.Length.EqualTo(37 * 2));
        foreach (var item in new[] { 0, 15, 16, 36 })
        {
            var alone = await InferAsync(model, output: null, cells[(item * Length)..((item + 1) * Length)], 1);
            Assert.That(alone, Is.EqualTo(logits[(item * 2)..((item + 1) * 2)]).Within(1e-4), $"item {item}");
        }
    }

    [Test]
    public async Task The_output_asked_for_is_the_one_that_comes()
    {
        Assert.That((await InferAsync(never, "features", NewCells(3), 3)).Length, Is.EqualTo(3 * 192));
        Assert.That((await InferAsync(never, "logits", NewCells(3), 3)).Length, Is.EqualTo(3 * 2));
    }

    [Test]
    public async Task Nothing_of_it_is_on_record()
    {
        var before = await CountRecordsAsync();
        await InferAsync(model, output: null, NewCells(4), 4);
        Assert.That(await CountRecordsAsync(), Is.EqualTo(before));
        using var answer = await InferAsCallerAsync(model); // whose call is
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        Assert.That(await CountRecordsAsync(), Is.EqualTo(before + 1));
    }

    [Test]
    public async Task A_version_of_a_model_with_none_live_answers_the_suite_and_nobody_else()
    {
        Assert.That(await InferAsync(never, output: null, NewCells(1), 1), Has.Length.EqualTo(2));
        using var answer = await InferAsCallerAsync(never);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await suite.Inference.Caller.GetStringAsync("/v2/models"), Does.Contain(model).And.Not.Contain(never));
    }

    [Test]
    public void A_version_that_does_not_exist_is_said_at_once()
    {
        foreach (var (name, version) in new[] { (model, "99"), (PackageFolder.NewModelName(), "1") })
            Assert.That(() => client.DescribeAsync(name, version, CancellationToken.None), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(404));
    }

    [Test]
    public async Task A_version_that_somebody_asked_for_before_it_was_registered_is_there_for_the_suite_at_once()
    {
        using var early = await suite.Inference.Caller.GetAsync($"/v2/models/{model}/versions/2/config");
        await suite.RegisterAsync(packages => packages.WriteMaskDetector(model, "2"), model, "2");

        var served = await client.DescribeAsync(model, "2", CancellationToken.None);

        Assert.That((early.StatusCode, served.MaxBatchSize), Is.EqualTo((HttpStatusCode.NotFound, 16)));
    }

    [Test]
    public void An_output_that_the_model_does_not_have_is_answered_with_those_it_has() =>
        Assert.That(() => InferAsync(model, "embedding", NewCells(1), 1), Throws.TypeOf<ProblemException>().With.Property("Field").EqualTo("output").And.Message.Contains("logits"));

    [Test]
    public void Items_of_another_shape_are_refused_with_the_shape_that_fits() =>
        Assert.That(() => client.InferAsync(model, "1", null, new float[3 * 64 * 64], 1, [3, 64, 64], CancellationToken.None), Throws.TypeOf<ProblemException>().With.Message.Contains("128"));

    [Test]
    public async Task A_replica_that_is_away_is_passed_over()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["services:inference-0:http:0"] = InferenceApplication.Nowhere,
            ["services:inference-1:http:0"] = suite.Inference.Caller.BaseAddress!.ToString(),
        }).Build();
        var options = Options.Create(new ServingOptions { Patience = TimeSpan.Zero });
        using var http = await ServiceAsync();
        var careful = new InferenceClient(new InferenceReplicas(http, configuration, options, TimeProvider.System), options);
        Assert.That(await careful.InferAsync(model, "1", null, NewCells(1), 1, Shape, CancellationToken.None), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task The_scope_opens_tensors_and_nothing_that_belongs_to_people()
    {
        using var service = await ServiceAsync();
        service.BaseAddress = suite.Inference.Caller.BaseAddress;
        foreach (var path in new[] { $"/v1/models/{model}/predict", "/detect", $"/v1/models/{model}/tasks", $"/v2/repository/models/{model}/unload" })
            Assert.That(await service.PostAsync(path, null).StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden), path);
        Assert.That(await service.GetAsync("/v1/predictions").StatusAsync(), Is.EqualTo(HttpStatusCode.Forbidden));
    }

    /// <summary>The same file with all of its outputs.</summary>
    private static void TakesTensors(JsonObject manifest)
    {
        manifest["task"] = "tensor";
        manifest.Remove("output");
        manifest.Remove("input");
    }

    private static int Length => Shape.Aggregate(1, (product, side) => product * side);

    private static float[] NewCells(int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count * Length).Select(_ => (float)((random.NextDouble() * 4) - 2))];
    }

    private static async Task<HttpClient> ServiceAsync() =>
        new() { DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", (await Servers.AuthorityAsync()).Token("training", "inference")) } };

    private Task<float[]> InferAsync(string name, string? output, float[] cells, int count) => client.InferAsync(name, "1", output, cells, count, Shape, CancellationToken.None);

    private Task<HttpResponseMessage> InferAsCallerAsync(string name) => suite.Inference.Caller.PostAsJsonAsync(
        $"/v2/models/{name}/versions/1/infer", new { inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 1, 3, 128, 128 }, data = new float[Length] } } });

    /// <summary>Predictions of the model, and events that tell of them.</summary>
    private async Task<int> CountRecordsAsync()
    {
        await using var scope = suite.Inference.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<InferenceDb>();
        return await db.Predictions.CountAsync(prediction => prediction.Model == model);
    }
}
