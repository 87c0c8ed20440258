using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NUnit.Framework;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Messaging;
using TestSupport;

namespace Integration.ServiceDefaults;

public class EventConsumerTests
{
    [Test]
    public async Task An_event_is_worked_on_after_its_consumers_database_and_then_something_else_failed()
    {
        await using var broker = await RabbitMqServer.StartNewAsync(); // of its own: others announce the same kind of event
        var log = new KeptLog();
        var attempts = new Attempts(
            new NpgsqlException("away"), new InvalidOperationException("transient", new NpgsqlException("away")),
            new InvalidOperationException("its own"), new NpgsqlException("away again"));
        var builder = WebApplication.CreateBuilder();
        var name = $"consumer_{Guid.NewGuid():N}";
        builder.Configuration["ConnectionStrings:consumer"] = (await Servers.PostgresAsync()).ConnectionString(name);
        builder.Configuration["ConnectionStrings:rabbitmq"] = broker.ConnectionString;
        builder.Configuration["services:auth:http:0"] = (await Servers.AuthorityAsync()).Address;
        builder.Configuration["ServiceIdentity:Name"] = "consumer";
        builder.Configuration["ServiceIdentity:Secret"] = "a secret for tests only";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log);
        builder.Services.AddSingleton(attempts);
        builder.AddServiceDefaults();
        builder.AddDatabase<OutboxDb>("consumer");
        builder.AddMessaging(bus => bus.AddConsumer<FailingConsumer, FailingConsumerDefinition>());
        await using var app = builder.Build();
        await app.StartAsync();
        await app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Deadline);

        await using var publisher = await OutboxApplication.StartNewAsync(broker);
        await publisher.AnnounceAsync("a subject of its own", count: 1);

        await Eventually.IsTrueAsync(() => Task.FromResult(attempts.Succeeded), "the event is worked on", () => log.ToString());
    }
}

/// <summary>How the attempts end, one after the other; the one after the last succeeds.</summary>
internal sealed class Attempts(params Exception[] failures)
{
    private int next;

    public bool Succeeded => Volatile.Read(ref next) > failures.Length;

    public Task NextAsync() => Interlocked.Increment(ref next) - 1 is var attempt && attempt < failures.Length ? Task.FromException(failures[attempt]) : Task.CompletedTask;
}

internal sealed class FailingConsumer(Attempts attempts) : IConsumer<ModelLoaded>
{
    public Task Consume(ConsumeContext<ModelLoaded> context) => attempts.NextAsync();
}

internal sealed class FailingConsumerDefinition() : EventConsumerDefinition<FailingConsumer, ModelLoaded>($"test.{Guid.NewGuid():N}");
