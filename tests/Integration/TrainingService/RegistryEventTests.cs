using Integration.StorageService;
using NUnit.Framework;

namespace Integration.TrainingService;

public class RegistryEventTests
{
    [Test]
    public async Task Every_change_reaches_a_plain_subscriber_in_order_with_CloudEvents_headers()
    {
        await using var storage = await StorageApplication.StartNewAsync();
        using var packages = new PackageFolder();
        var model = PackageFolder.NewModelName();
        var sha256 = packages.Write(model, "1");
        packages.Write(model, "2");
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.*");

        await using var training = await TrainingApplication.StartReadyAsync(packages, storage);
        using var promoted = await training.PromoteAsync(model, "1");
        using var rolledBack = await training.RollBackAsync(model);
        var events = await subscriber.WaitForAsync(model, 5, () => training.Log);
        var head = (await training.VerificationAsync(model)).GetProperty("head").GetString();

        Assert.That(
            events.Select(e => $"{e.RoutingKey} {e.Body.GetProperty("version")}"),
            Is.EqualTo(new[] { "model.registered 1", "model.registered 2", "model.promoted 2", "model.promoted 1", "model.promoted 2" }));

        var first = events[0];
        Assert.That(first.Headers["cloudEvents_specversion"], Is.EqualTo("1.0"));
        Assert.That(first.Headers["cloudEvents_type"], Is.EqualTo("model.registered"));
        Assert.That(first.Headers["cloudEvents_source"], Is.EqualTo("/training"));
        Assert.That(first.Headers["cloudEvents_id"], Is.EqualTo(first.MessageId));
        Assert.That(DateTimeOffset.Parse(first.Headers["cloudEvents_time"]!), Is.EqualTo(DateTimeOffset.UtcNow).Within(TimeSpan.FromMinutes(1)));
        Assert.That(first.ContentType, Is.EqualTo("application/json"));
        Assert.That(first.Persistent, Is.True);
        Assert.That(first.Body.GetProperty("sha256").GetString(), Is.EqualTo(sha256));
        Assert.That(events.Select(e => e.MessageId), Is.Unique);

        Assert.That(events[2].Body.TryGetProperty("previous", out _), Is.False, "nothing was live before");
        Assert.That(events[4].Body.GetProperty("previous").GetString(), Is.EqualTo("1"));
        Assert.That(events[4].Body.GetProperty("historyHead").GetString(), Is.EqualTo(head));
    }
}
