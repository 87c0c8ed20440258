using NUnit.Framework;
using Npgsql;
using TestSupport;

namespace Integration.ServiceDefaults;

public class MigrationTests
{
    [Test]
    public async Task A_connection_lost_in_the_middle_of_a_migration_is_waited_out()
    {
        var broker = await Servers.RabbitMqAsync();
        var database = OutboxApplication.NewDatabase();
        await using (await OutboxApplication.StartNewAsync(broker, database))
        {
        }
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(database));
        await using var connection = await source.OpenConnectionAsync();
        await using var holdUp = await connection.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand("LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE", connection, holdUp))
            await take.ExecuteNonQueryAsync();

        var starting = OutboxApplication.StartNewAsync(broker, database);
        await Eventually.IsTrueAsync(() => KillBlockedAsync(source), "a migration that waits for the table is cut off", () => "");
        await holdUp.RollbackAsync();

        await using var started = await starting;
        Assert.That(started.Log, Does.Contain("Waiting for the database"));
    }

    private static async Task<bool> KillBlockedAsync(NpgsqlDataSource source)
    {
        await using var kill = source.CreateCommand(
            "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        return (bool)(await kill.ExecuteScalarAsync())!;
    }
}
