using Npgsql;
using ServiceDefaults.WorkQueues;

namespace Integration.ServiceDefaults.WorkQueues;

/// <summary>A table and a queue of its own for each test, and the replicas that a test starts on them.</summary>
internal sealed class ErrandTable : IAsyncDisposable
{
    private readonly NpgsqlDataSource source;
    private readonly List<ErrandService> replicas = [];

    private ErrandTable(NpgsqlDataSource source) => this.source = source;

    public string Log => string.Join($"{Environment.NewLine}--- next replica{Environment.NewLine}", replicas.Select(replica => replica.Log));

    private string Connection { get; init; } = null!;

    private string Name { get; } = $"test.errands.{Guid.NewGuid():N}";

    public static async Task<ErrandTable> CreateNewAsync()
    {
        var (server, database) = (await Servers.PostgresAsync(), $"errands_{Guid.NewGuid():N}");
        await using (var any = NpgsqlDataSource.Create(server.ConnectionString("postgres")))
        await using (var create = any.CreateCommand($"CREATE DATABASE {database}"))
            await create.ExecuteNonQueryAsync();
        var table = new ErrandTable(NpgsqlDataSource.Create(server.ConnectionString(database))) { Connection = server.ConnectionString(database) };
        await table.ExecuteAsync("""
            CREATE TABLE errands (
              id uuid PRIMARY KEY, status text NOT NULL DEFAULT 'queued', attempts int NOT NULL DEFAULT 0, lease_owner text, lease_epoch bigint NOT NULL DEFAULT 0,
              lease_until timestamptz, not_before timestamptz, notified_at timestamptz, started_at timestamptz, finished_at timestamptz)
            """);
        return table;
    }

    public WorkQueue<Errand> Queue(int concurrency = 1, double lease = 30, double orderLifetime = 2, double orderKept = 600) => new()
    {
        Name = Name, Table = "errands", Noun = "errand", GivenBack = "queued", Concurrency = concurrency,
        Lease = TimeSpan.FromSeconds(lease), MaxAttempts = 3, AwayPause = TimeSpan.Zero, Heartbeat = TimeSpan.FromMilliseconds(100), WatchPeriod = TimeSpan.FromMilliseconds(100),
        OrderLifetime = TimeSpan.FromSeconds(orderLifetime), OrderKept = TimeSpan.FromSeconds(orderKept),
    };

    public async Task<ErrandService> StartReplicaAsync(Doing doing, WorkQueue<Errand>? queue = null)
    {
        replicas.Add(await ErrandService.StartNewAsync(Connection, queue ?? Queue(), doing));
        return replicas[^1];
    }

    public async Task StopAsync(ErrandService replica)
    {
        replicas.Remove(replica);
        await replica.DisposeAsync();
    }

    /// <param name="columns">Further ones with their values in SQL: <c>attempts = 2</c>.</param>
    public async Task<Guid> AddAsync(string? columns = null)
    {
        var id = Guid.CreateVersion7();
        await ExecuteAsync($"INSERT INTO errands (id) VALUES ('{id}'){(columns is null ? "" : $"; UPDATE errands SET {columns} WHERE id = '{id}'")}");
        return id;
    }

    /// <summary>Waits until so many rows are as they should be.</summary>
    public Task SeeAsync(string condition, long count = 1) =>
        Eventually.SeeAsync($"{count} where {condition}", () => CountAsync(condition), seen => seen == count, log: () => Log);

    public async Task<long> CountAsync(string condition)
    {
        await using var command = source.CreateCommand($"SELECT count(*) FROM errands WHERE {condition}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
            await replica.DisposeAsync();
        await source.DisposeAsync();
    }
}
