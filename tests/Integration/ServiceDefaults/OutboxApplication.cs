using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Messaging;
using ServiceDefaults.Outbox;
using TestSupport;

namespace Integration.ServiceDefaults;

/// <summary>The smallest service there can be: a database, an outbox and a connection to the broker.</summary>
internal sealed class OutboxApplication : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly KeptLog log;

    private OutboxApplication(WebApplication app, KeptLog log) => (this.app, this.log) = (app, log);

    public string Log => log.ToString();

    public static string NewDatabase() => $"outbox_{Guid.NewGuid():N}";

    public static Task<OutboxApplication> StartNewAsync(RabbitMqServer broker, string? database = null) =>
        StartNewAsync(broker.ConnectionString, database ?? NewDatabase());

    public static async Task<OutboxApplication> StartNewAsync(string broker, string database)
    {
        var log = new KeptLog();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:outbox"] = (await Servers.PostgresAsync()).ConnectionString(database);
        builder.Configuration["ConnectionStrings:rabbitmq"] = broker;
        builder.Configuration["services:auth:http:0"] = (await Servers.AuthorityAsync()).Address;
        builder.Configuration["ServiceIdentity:Name"] = "outbox";
        builder.Configuration["ServiceIdentity:Secret"] = "a secret for tests only";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log);
        builder.AddServiceDefaults();
        builder.AddDatabase<OutboxDb>("outbox");
        builder.AddMessaging();
        var app = builder.Build();
        await app.StartAsync();
        await app.Services.GetRequiredService<DatabaseMigrator>().Completed.WaitAsync(Eventually.Deadline);
        return new OutboxApplication(app, log);
    }

    public OutboxDb CreateDb() => app.Services.CreateScope().ServiceProvider.GetRequiredService<OutboxDb>();

    /// <summary>Announces facts about one subject, one after the other, numbered from 0 in <c>loadMs</c>.</summary>
    public async Task AnnounceAsync(string subject, int count)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<OutboxDb>();
        for (var i = 0; i < count; i++)
        {
            db.Announce(new ModelLoaded("m", "1", "here", i, DateTimeOffset.UtcNow), subject, DateTimeOffset.UtcNow);
            await db.SaveChangesAsync();
        }
    }

    public async Task<int> WaitingAsync()
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<OutboxDb>().Set<OutboxMessage>().CountAsync();
    }

    public Task WaitUntilEmptyAsync() => Eventually.IsTrueAsync(async () => await WaitingAsync() == 0, "the outbox is empty", () => Log);

    public Task WaitUntilLeadingAsync() => Eventually.IsTrueAsync(() => Task.FromResult(Log.Contains("Publishing the outbox")), "its pump works", () => Log);

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

internal sealed class OutboxDb(DbContextOptions<OutboxDb> options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder model) => model.AddOutbox();
}
