using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ServiceDefaults.Database;

/// <summary>
/// Applies the SQL files of the service, embedded from its <c>Migrations</c> folder, in the order of their names,
/// each in one transaction, under an advisory lock, so that any number of replicas may start together.
/// Creates the database first where it is missing. Waits for a server that is not there yet.
/// </summary>
public sealed partial class DatabaseMigrator(NpgsqlDataSource source, Assembly assembly, ILogger<DatabaseMigrator> logger)
    : BackgroundService
{
    private const long LockId = 0x5175_6974_654D_6967; // any constant; the same in every replica
    private readonly TaskCompletionSource completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the schema is up to date; whoever works in the background with tables waits for it.</summary>
    public Task Completed => completed.Task;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        for (var delay = TimeSpan.FromMilliseconds(200); ; delay = TimeSpan.FromSeconds(Math.Min(5, delay.TotalSeconds * 2)))
        {
            try
            {
                await CreateDatabaseIfMissingAsync(stopping);
                await MigrateAsync(stopping);
                completed.SetResult();
                return;
            }
            catch (NpgsqlException e) when (e.IsConnectionProblem())
            {
                LogWaiting(logger, e.Message);
                await Task.Delay(delay, stopping);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                completed.SetException(e);
                throw; // a broken migration stops the service: BackgroundServiceExceptionBehavior.StopHost
            }
        }
    }

    private async Task CreateDatabaseIfMissingAsync(CancellationToken cancellation)
    {
        try
        {
            await using var probe = await source.OpenConnectionAsync(cancellation);
            return;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
        }

        var target = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        var maintenance = new NpgsqlConnectionStringBuilder(source.ConnectionString) { Database = "postgres", Pooling = false };
        // The data source hides its password; the configured one is the only other place that has it.
        await using var server = source.CreateConnection().CloneWith(maintenance.ConnectionString);
        await server.OpenAsync(cancellation);
        await using var create = server.CreateCommand();
        create.CommandText = $"CREATE DATABASE \"{target.Database!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        try
        {
            await create.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another replica was faster.
        }
    }

    private async Task MigrateAsync(CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockId})", cancellation);
        try
        {
            await ExecuteAsync(connection, "CREATE TABLE IF NOT EXISTS schema_migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())", cancellation);
            foreach (var (name, sql) in Scripts())
                await ApplyAsync(connection, name, sql, cancellation);
        }
        finally
        {
            await SessionLock.ReleaseAsync(connection, LockId);
        }
    }

    private async Task ApplyAsync(NpgsqlConnection connection, string name, string sql, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var claim = new NpgsqlCommand("INSERT INTO schema_migrations (name) VALUES ($1) ON CONFLICT DO NOTHING", connection, transaction)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = name } },
        };
        if (await claim.ExecuteNonQueryAsync(cancellation) == 0)
            return;
        await ExecuteAsync(connection, sql, cancellation);
        await transaction.CommitAsync(cancellation);
        LogApplied(logger, name);
    }

    /// <summary>The shared tables first (outbox), then the service's own.</summary>
    private IEnumerable<(string Name, string Sql)> Scripts() =>
        new[] { typeof(DatabaseMigrator).Assembly, assembly }.SelectMany(owner => owner.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => (name, Read(owner, name))));

    private static string Read(Assembly owner, string name)
    {
        using var reader = new StreamReader(owner.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        // No time limit: another replica's migration, or a large table's, takes as long as it takes. Cut short, it would start over for ever.
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Information, "Applied migration {Migration}")]
    private static partial void LogApplied(ILogger logger, string migration);

    [LoggerMessage(LogLevel.Warning, "Waiting for the database: {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
