using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Messaging;
using ServiceDefaults.WorkQueues;

namespace Integration.ServiceDefaults.WorkQueues;

internal sealed record Errand(Guid Id, long Epoch, int Attempts) : IWork;

/// <summary>What a test has a replica's workers do; until it returns the errand is held.</summary>
internal delegate Task Doing(Errand errand, CancellationToken cancellation);

/// <summary>One replica of the smallest service that has a queue of work.</summary>
internal sealed class ErrandService : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly KeptLog log;

    private ErrandService(WebApplication app, KeptLog log) => (this.app, this.log) = (app, log);

    public string Log => log.ToString();

    public WorkLeases<Errand> Leases => app.Services.GetRequiredService<WorkLeases<Errand>>();

    public static async Task<ErrandService> StartNewAsync(string connection, WorkQueue<Errand> queue, Doing doing)
    {
        var log = new KeptLog();
        var builder = WebApplication.CreateBuilder();
        builder.Configuration["ConnectionStrings:errands"] = connection;
        builder.Configuration["ConnectionStrings:rabbitmq"] = (await Servers.RabbitMqAsync()).ConnectionString;
        builder.Configuration["services:auth:http:0"] = (await Servers.AuthorityAsync()).Address;
        builder.Configuration["ServiceIdentity:Name"] = "errands";
        builder.Configuration["ServiceIdentity:Secret"] = "a secret for tests only";
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddProvider(log);
        builder.AddServiceDefaults();
        builder.AddDatabase<OutboxDb>("errands");
        builder.AddMessaging(bus => bus.AddWorkQueue<Errand>());
        builder.Services.AddSingleton(doing);
        builder.Services.AddWorkQueue<Errand, ErrandWorker>(_ => queue);
        var app = builder.Build();
        await app.StartAsync();
        await app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Deadline);
        return new ErrandService(app, log);
    }

    public void Notify() => app.Services.GetRequiredService<WorkWatch<Errand>>().Notify();

    public ValueTask DisposeAsync() => app.DisposeAsync();
}

internal sealed class ErrandWorker(
    WorkQueue<Errand> queue, WorkLeases<Errand> leases, LeaseKeeper<Errand> keeper, TurnEnding<Errand> ending, NpgsqlDataSource source, Doing doing) : IWorker<Errand>
{
    public async Task<Errand?> ClaimAsync(CancellationToken stopping)
    {
        await using var command = source.CreateCommand($"""
            WITH next AS (SELECT id FROM errands WHERE {WorkSql.Free} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
            UPDATE errands SET {WorkSql.Claim("$1", "$2")} FROM next WHERE errands.id = next.id
            RETURNING errands.id, lease_epoch, attempts
            """);
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = "here" }, new() { Value = queue.Lease }]);
        await using var row = await command.ExecuteReaderAsync(stopping);
        return await row.ReadAsync(stopping) ? new Errand(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2)) : null;
    }

    public async Task WorkAsync(Errand errand, CancellationToken stopping)
    {
        await using var lease = keeper.Keep(errand, cancellation => leases.RenewAsync(errand, cancellation), stopping);
        try
        {
            if (queue.IsWornOut(errand))
                throw new InvalidDataException("Tried too often.");
            await doing(errand, lease.Token);
            await FinishAsync(errand, "succeeded", lease.Token);
        }
        catch (Exception e)
        {
            var end = TurnEnds.OfAny(e, stopping.IsCancellationRequested, lease.Token.IsCancellationRequested) ?? (e is InvalidDataException ? TurnEnd.Failed : TurnEnd.Again);
            await ending.EndAsync(errand, end, e, cancellation => FinishAsync(errand, "failed", cancellation));
        }
    }

    private Task FinishAsync(Errand errand, string status, CancellationToken cancellation) =>
        leases.UpdateAsync(errand, $"status = '{status}', lease_until = NULL, finished_at = now()", cancellation);
}
