using System.Text.Json;
using Integration.StorageService;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TrainingService.Registry;

namespace Integration.TrainingService.Registry;

/// <summary>A live version that must not predict for now: on record, told to everybody, and over when another goes live.</summary>
public class SuspensionTests
{
    private PackageFolder packages = null!;
    private StorageApplication storage = null!;
    private TrainingApplication training = null!;
    private const int Imported = 3; // events of the import: two versions registered, one promoted
    private EventSubscriber events = null!;
    private string model = null!;

    [SetUp]
    public async Task StartAsync()
    {
        (packages, model) = (new PackageFolder(), PackageFolder.NewModelName());
        packages.Write(model, "1");
        packages.Write(model, "2");
        storage = await StorageApplication.StartNewAsync();
        events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.*"); // before the import, whose events may be late
        training = await TrainingApplication.StartReadyAsync(packages, storage);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await training.DisposeAsync();
        await storage.DisposeAsync();
        await events.DisposeAsync();
        packages.Dispose();
    }

    [Test]
    public async Task Who_asks_what_serves_is_told_that_it_must_not_until_it_may_again()
    {
        Assert.That((await LiveAsync()).TryGetProperty("suspended", out var none) && none.ValueKind != JsonValueKind.Null, Is.False);

        var (first, again) = (await ChangeAsync(p => p.SuspendAsync(model, "precision 0.41 is under minPrecision 0.8", "training", default)), await ChangeAsync(p => p.SuspendAsync(model, "again", "training", default)));
        var suspended = (await LiveAsync()).GetProperty("suspended");
        var (resumed, twice) = (await ChangeAsync(p => p.ResumeAsync(model, "a person looked at it", "admin-1", default)), await ChangeAsync(p => p.ResumeAsync(model, "again", "admin-1", default)));

        Assert.That((first, again, resumed, twice), Is.EqualTo((true, false, true, false)));
        Assert.That(suspended.GetProperty("reason").GetString(), Is.EqualTo("precision 0.41 is under minPrecision 0.8"));
        Assert.That(await training.HistoryAsync(model), Does.EndWith("model.suspended 2, model.resumed 2"));
        Assert.That((await training.VerificationAsync(model)).GetProperty("holds").GetBoolean(), Is.True);
        var told = (await events.WaitForAsync(model, Imported + 2, () => training.Log)).Skip(Imported).ToArray();
        Assert.That(told.Select(e => e.RoutingKey), Is.EqualTo(new[] { "model.suspended", "model.resumed" }));
        Assert.That(told[0].Body.GetProperty("reason").GetString(), Is.EqualTo("precision 0.41 is under minPrecision 0.8"));
    }

    [Test]
    public async Task Another_version_ends_it()
    {
        await ChangeAsync(p => p.SuspendAsync(model, "too many wrong", "training", default));
        using var promoted = await training.PromoteAsync(model, "1");

        Assert.That((await training.GetAsync($"/v1/registry/models/{model}")).GetRawText(), Does.Not.Contain("too many wrong"));
        Assert.That(await training.HistoryAsync(model), Does.EndWith("model.suspended 2, model.promoted 1, model.resumed 1"));
        Assert.That((await events.WaitForAsync(model, Imported + 3, () => training.Log)).Skip(Imported).Select(e => e.RoutingKey), Is.EqualTo(new[] { "model.suspended", "model.promoted", "model.resumed" }));
    }

    [Test]
    public async Task What_was_measured_of_a_version_that_is_not_live_any_more_suspends_nothing()
    {
        Assert.That(await ChangeAsync(p => p.SuspendAsync(model, "1", "of the version before", "training", default)), Is.False);
        Assert.That(await ChangeAsync(p => p.SuspendAsync(model, "2", "of this one", "training", default)), Is.True);
    }

    private async Task<JsonElement> LiveAsync() =>
        JsonElement.Parse(await training.Inference.GetStringAsync("/internal/registry/live")).EnumerateArray().Single(each => each.GetProperty("model").GetString() == model);

    private async Task<bool> ChangeAsync(Func<Promotion, Task<bool>> change)
    {
        await using var scope = training.Services.CreateAsyncScope();
        return await change(scope.ServiceProvider.GetRequiredService<Promotion>());
    }
}
