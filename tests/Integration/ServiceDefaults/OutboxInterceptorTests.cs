using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using NUnit.Framework;
using ServiceDefaults.Outbox;

namespace Integration.ServiceDefaults;

public class OutboxInterceptorTests
{
    private readonly OutboxSignal _signal = new();
    private OutboxApplication _application = null!;
    private DbContextOptions<OutboxDb> _options = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        var database = OutboxApplication.NewDatabase();
        _application = await OutboxApplication.StartNewAsync(await Servers.RabbitMqAsync(), database);
        _options = new DbContextOptionsBuilder<OutboxDb>()
            .UseNpgsql((await Servers.PostgresAsync()).ConnectionString(database))
            .AddInterceptors(new OutboxInterceptor(_signal)) // with a signal that no pump listens to
            .Options;
    }

    [OneTimeTearDown]
    public async Task StopAsync() => await _application.DisposeAsync();

    [Test]
    public async Task What_is_saved_wakes_the_pump_once()
    {
        await using var db = new OutboxDb(_options);
        Announce(db);
        await db.SaveChangesAsync();
        Assert.That(await WasNotifiedAsync());
        await db.SaveChangesAsync();
        Assert.That(await WasNotifiedAsync(), Is.False, "nothing was added");
    }

    [Test]
    public async Task Inside_a_transaction_only_its_commit_wakes_the_pump()
    {
        await using var db = new OutboxDb(_options);
        await using var transaction = await db.Database.BeginTransactionAsync();
        Announce(db);
        await db.SaveChangesAsync();
        Assert.That(await WasNotifiedAsync(), Is.False, "nobody else sees it yet");
        await transaction.CommitAsync();
        Assert.That(await WasNotifiedAsync());
    }

    [Test]
    public async Task A_transaction_without_facts_or_rolled_back_wakes_nobody()
    {
        await using var db = new OutboxDb(_options);
        await using (var rolledBack = await db.Database.BeginTransactionAsync())
        {
            Announce(db);
            await db.SaveChangesAsync();
            await rolledBack.RollbackAsync();
        }
        await using (var empty = await db.Database.BeginTransactionAsync())
            await empty.CommitAsync();
        Assert.That(await WasNotifiedAsync(), Is.False);
    }

    private static void Announce(OutboxDb db) => db.Announce(new ModelLoaded("m", "1", "here", 0, DateTimeOffset.UtcNow), "subject", DateTimeOffset.UtcNow);

    /// <summary>A waiter that was notified before it came does not wait.</summary>
    private async Task<bool> WasNotifiedAsync()
    {
        using var giveUp = new CancellationTokenSource();
        var waiting = _signal.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, giveUp.Token);
        var notified = waiting.IsCompletedSuccessfully;
        await giveUp.CancelAsync();
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return notified;
    }
}
