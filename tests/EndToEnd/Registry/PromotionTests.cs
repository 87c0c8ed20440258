using System.Net;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Registry;

[TestFixture]
public sealed class PromotionTests
{
    [Test]
    public async Task A_promotion_is_served_a_moment_later_and_rolled_back_by_one_call()
    {
        await using var outside = await OutsideSubscriber.StartNewAsync(SuiteFixture.Suite.RabbitMqUri, "model.*");
        using var admin = await Caller.AdminAsync();
        using var caller = Caller.Guest();
        Assert.That(await VersionAsync(caller), Is.EqualTo("2"), "the newest version of a new model is live");

        using var promoted = await admin.PostJsonAsync("/v1/registry/models/report-scorer/versions/1/promote", "");
        Assert.That(promoted.IsSuccessStatusCode, Is.True, await promoted.Content.ReadAsStringAsync());
        await Eventually.SeeAsync("version 1 serves", () => VersionAsync(caller), version => version == "1");
        await outside.WaitForAsync("model.promoted", e => e.Key == "model.promoted" && e.Body.GetProperty("version").GetString() == "1");
        await outside.WaitForAsync("model.loaded", e => e.Key == "model.loaded" && e.Body.GetProperty("version").GetString() == "1");

        using var rolledBack = await admin.PostJsonAsync("/v1/registry/models/report-scorer/rollback", "");
        Assert.That(rolledBack.IsSuccessStatusCode, Is.True, await rolledBack.Content.ReadAsStringAsync());
        await Eventually.SeeAsync("version 2 serves again", () => VersionAsync(caller), version => version == "2");
    }

    [Test]
    public async Task Promoting_needs_the_admins_scope_and_says_so()
    {
        using var user = await Caller.RegisteredAsync();
        using var answer = await user.PostJsonAsync("/v1/registry/models/report-scorer/versions/1/promote", "");
        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.Forbidden, code: "missing-scope");
        Assert.That(problem.GetProperty("detail").GetString(), Does.Contain("admin"));
    }

    private static async Task<string?> VersionAsync(Caller caller) => (await caller.PredictRowsAsync()).GetProperty("version").GetString();
}
