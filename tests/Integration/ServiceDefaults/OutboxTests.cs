using InferenceSuite.Contracts;
using NUnit.Framework;
using ServiceDefaults.Outbox;
using TestSupport;

namespace Integration.ServiceDefaults;

public class OutboxTests
{
    [Test]
    public async Task Facts_written_while_the_broker_is_down_arrive_when_it_is_back()
    {
        await using var broker = await RabbitMqServer.StartNewAsync();
        await using var publisher = await OutboxApplication.StartNewAsync(broker);
        var queue = await EventSubscriber.DeclareQueueAsync(broker, "#");
        await publisher.WaitUntilLeadingAsync();

        await broker.StopAsync();
        await publisher.AnnounceAsync("a subject", count: 3);
        await Eventually.IsTrueAsync(() => Task.FromResult(publisher.Log.Contains("Outbox interrupted")), "the pump notices", () => publisher.Log);
        Assert.That(await publisher.WaitingAsync(), Is.EqualTo(3), "they wait in the outbox");
        await broker.StartAsync();

        await using var subscriber = await EventSubscriber.ConsumeAsync(broker, queue);
        var events = await subscriber.WaitForAsync("a subject", 3, () => publisher.Log);
        Assert.That(events.Select(e => e.Body.GetProperty("loadMs").GetInt32()), Is.EqualTo(new[] { 0, 1, 2 }));
    }

    [Test]
    public async Task A_broker_that_was_killed_gets_every_fact()
    {
        await using var broker = await RabbitMqServer.StartNewAsync();
        await using var publisher = await OutboxApplication.StartNewAsync(broker);
        var queue = await EventSubscriber.DeclareQueueAsync(broker, "#");

        var writing = publisher.AnnounceAsync("killed", count: 400);
        await broker.KillAsync();
        await writing;
        await broker.StartAsync();
        await publisher.WaitUntilEmptyAsync();

        await using var subscriber = await EventSubscriber.ConsumeAsync(broker, queue);
        await Eventually.IsTrueAsync(
            () => Task.FromResult(subscriber.About("killed").DistinctBy(e => e.MessageId).Count() == 400),
            "all 400 facts arrive, some perhaps twice",
            () => $"{subscriber.About("killed").DistinctBy(e => e.MessageId).Count()} arrived. {publisher.Log}");
    }

    [Test]
    public async Task Of_two_pumps_one_works_so_each_fact_arrives_once_and_in_order()
    {
        var broker = await Servers.RabbitMqAsync();
        var database = OutboxApplication.NewDatabase();
        await using var one = await OutboxApplication.StartNewAsync(broker, database);
        await using var two = await OutboxApplication.StartNewAsync(broker, database);
        await using var subscriber = await EventSubscriber.SubscribeAsync(broker, "model.loaded");
        string[] subjects = [.. Enumerable.Range(0, 4).Select(_ => $"subject-{Guid.NewGuid():N}")];

        await Task.WhenAll(subjects.Select((subject, i) => (i % 2 == 0 ? one : two).AnnounceAsync(subject, count: 200)));

        foreach (var subject in subjects)
        {
            var events = await subscriber.WaitForAsync(subject, 200, () => one.Log + two.Log);
            Assert.That(events.Select(e => e.Body.GetProperty("loadMs").GetInt32()), Is.EqualTo(Enumerable.Range(0, 200)));
        }
        await one.WaitUntilEmptyAsync();
        Assert.That(subjects.Sum(subject => subscriber.About(subject).Count), Is.EqualTo(800), "none came twice");
    }

    [Test]
    public async Task When_the_working_pump_ends_the_other_takes_over()
    {
        var broker = await Servers.RabbitMqAsync();
        var database = OutboxApplication.NewDatabase();
        var first = await OutboxApplication.StartNewAsync(broker, database);
        await first.WaitUntilLeadingAsync();
        await using var second = await OutboxApplication.StartNewAsync(broker, database);
        await using var subscriber = await EventSubscriber.SubscribeAsync(broker, "model.loaded");
        var subject = $"subject-{Guid.NewGuid():N}";

        await first.DisposeAsync();
        await second.AnnounceAsync(subject, count: 1);

        await subscriber.WaitForAsync(subject, 1, () => second.Log);
    }

    [Test]
    public async Task A_replica_that_can_not_reach_the_broker_does_not_keep_the_others_from_publishing()
    {
        var database = OutboxApplication.NewDatabase();
        await using var cutOff = await OutboxApplication.StartNewAsync("amqp://app:app@127.0.0.1:1", database);
        await Eventually.IsTrueAsync(() => Task.FromResult(cutOff.Log.Contains("Outbox interrupted")), "it can't publish", () => cutOff.Log);
        await using var connected = await OutboxApplication.StartNewAsync(await Servers.RabbitMqAsync(), database);
        await using var subscriber = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "model.loaded");
        var subject = $"subject-{Guid.NewGuid():N}";

        await cutOff.AnnounceAsync(subject, count: 1);

        await subscriber.WaitForAsync(subject, 1, () => cutOff.Log + connected.Log);
    }

    [Test]
    public async Task A_fact_whose_transaction_is_rolled_back_is_never_told()
    {
        var broker = await Servers.RabbitMqAsync();
        await using var publisher = await OutboxApplication.StartNewAsync(broker);
        await using var subscriber = await EventSubscriber.SubscribeAsync(broker, "model.loaded");
        var subject = $"subject-{Guid.NewGuid():N}";

        await using (var db = publisher.CreateDb())
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Announce(new ModelLoaded("m", "rolled back", "here", 0, DateTimeOffset.UtcNow), subject, DateTimeOffset.UtcNow);
            await db.SaveChangesAsync();
        }
        await publisher.AnnounceAsync(subject, count: 1);
        var events = await subscriber.WaitForAsync(subject, 1, () => publisher.Log);

        Assert.That(events.Single().Body.GetProperty("version").GetString(), Is.EqualTo("1"));
    }
}
