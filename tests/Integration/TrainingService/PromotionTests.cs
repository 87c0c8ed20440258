using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService;

public class PromotionTests
{
    private StorageApplication storage = null!;
    private PackageFolder packages = null!;
    private TrainingApplication training = null!;
    private string model = null!;

    [OneTimeSetUp]
    public async Task StartStorageAsync() => storage = await StorageApplication.StartNewAsync();

    [OneTimeTearDown]
    public async Task StopStorageAsync() => await storage.DisposeAsync();

    /// <summary>Three versions, of which the newest is live.</summary>
    [SetUp]
    public async Task StartAsync()
    {
        (packages, model) = (new PackageFolder(), PackageFolder.NewModelName());
        foreach (var version in new[] { "1", "2", "3" })
            packages.Write(model, version);
        training = await TrainingApplication.StartReadyAsync(packages, storage);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await training.DisposeAsync();
        packages.Dispose();
    }

    [Test]
    public async Task Promoting_replaces_the_live_version()
    {
        using var promoted = await training.PromoteAsync(model, "1");
        var answer = await promoted.Content.ReadFromJsonAsync<JsonElement>();

        Assert.That(promoted.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.GetProperty("version").GetString(), Is.EqualTo("1"));
        Assert.That(await training.StatesAsync(model), Is.EqualTo("3 archived, 2 candidate, 1 live"));
    }

    [Test]
    public async Task Rollbacks_go_back_step_by_step_and_end()
    {
        using var one = await training.PromoteAsync(model, "1");
        using var two = await training.PromoteAsync(model, "2");

        using var backToOne = await training.RollBackAsync(model);
        var afterOne = await training.StatesAsync(model);
        using var backToThree = await training.RollBackAsync(model);
        var afterThree = await training.StatesAsync(model);
        using var noFurther = await training.RollBackAsync(model);

        Assert.That(afterOne, Is.EqualTo("3 archived, 2 archived, 1 live"));
        Assert.That(afterThree, Is.EqualTo("3 live, 2 archived, 1 archived"));
        await AssertProblemAsync(noFurther, HttpStatusCode.Conflict, "no-previous-version");
    }

    [Test]
    public async Task Promoting_what_is_live_is_409()
    {
        using var again = await training.PromoteAsync(model, "3");
        await AssertProblemAsync(again, HttpStatusCode.Conflict, "already-live");
    }

    [Test]
    public async Task Of_many_promotions_at_once_all_are_on_record_and_one_is_live()
    {
        var promotions = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => training.PromoteAsync(model, i % 2 == 0 ? "1" : "2")));

        Assert.That(promotions.Select(promotion => promotion.StatusCode), Is.All.EqualTo(HttpStatusCode.OK).Or.EqualTo(HttpStatusCode.Conflict), training.Log);
        Assert.That((await training.StatesAsync(model)).Split(", ").Count(version => version.EndsWith("live")), Is.EqualTo(1));
        Assert.That((await training.VerificationAsync(model)).GetProperty("holds").GetBoolean(), Is.True);
        var entries = (await training.GetAsync($"/v1/registry/models/{model}/history")).GetProperty("entries").GetArrayLength();
        Assert.That(entries, Is.EqualTo(4 + promotions.Count(promotion => promotion.IsSuccessStatusCode)), "three registrations, one promotion by the import, and these");
    }

    [Test]
    public async Task The_history_names_who_did_what()
    {
        using var promoted = await training.PromoteAsync(model, "1");
        var newest = (await training.GetAsync($"/v1/registry/models/{model}/history")).GetProperty("entries")[0];

        Assert.That(newest.GetProperty("action").GetString(), Is.EqualTo("model.promoted"));
        Assert.That(newest.GetProperty("actor").GetString(), Is.EqualTo("0193-admin"));
        Assert.That(newest.GetProperty("details").GetProperty("previous").GetString(), Is.EqualTo("3"));
    }

    [TestCase("UPDATE history SET actor = 'nobody' WHERE seq = 2", 2)]
    [TestCase("UPDATE history SET details = '{\"version\": \"7\"}' WHERE seq = 3", 3)]
    [TestCase("UPDATE history SET time = time - interval '1 day' WHERE seq = 1", 1)]
    [TestCase("DELETE FROM history WHERE seq = 2", 2)]
    public async Task Tampering_with_the_history_is_found(string sql, int brokenAt)
    {
        var before = await training.VerificationAsync(model);
        await training.TamperAsync(sql);
        var after = await training.VerificationAsync(model);

        Assert.That(before.GetProperty("holds").GetBoolean(), Is.True);
        Assert.That(before.GetProperty("entries").GetInt32(), Is.EqualTo(4));
        Assert.That(after.GetProperty("holds").GetBoolean(), Is.False);
        Assert.That(after.GetProperty("brokenAt").GetInt32(), Is.EqualTo(brokenAt));
    }

    [Test]
    public async Task What_is_not_there_is_404()
    {
        using var noModel = await training.PromoteAsync("nothing", "1");
        using var noVersion = await training.PromoteAsync(model, "99");
        using var noRollback = await training.RollBackAsync("nothing");
        using var noDetails = await training.Admin.GetAsync("/v1/registry/models/nothing");
        using var noHistory = await training.Admin.GetAsync("/v1/registry/models/nothing/history");
        using var noServable = await training.Inference.GetAsync($"/internal/registry/models/{model}/versions/99");

        foreach (var answer in new[] { noModel, noVersion, noRollback, noDetails, noHistory, noServable })
            await AssertProblemAsync(answer, HttpStatusCode.NotFound, "not-found");
    }

    [Test]
    public async Task Reading_takes_train_and_changing_takes_admin()
    {
        using var trainer = await training.ClientWithScopeAsync("train");
        using var guest = await training.ClientWithScopeAsync("predict");

        using var read = await trainer.GetAsync("/v1/registry/models");
        using var promote = await trainer.PostAsync($"/v1/registry/models/{model}/versions/1/promote", null);
        using var guestRead = await guest.GetAsync("/v1/registry/models");
        using var adminInternal = await training.Admin.GetAsync("/internal/registry/live");

        Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        await AssertProblemAsync(promote, HttpStatusCode.Forbidden, "missing-scope");
        await AssertProblemAsync(guestRead, HttpStatusCode.Forbidden, "missing-scope");
        await AssertProblemAsync(adminInternal, HttpStatusCode.Forbidden, "missing-scope");
    }

    private static async Task AssertProblemAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.That(response.StatusCode, Is.EqualTo(status));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code));
    }
}
