using Npgsql;

namespace StorageService.Integrity;

/// <summary>Work that one replica does and the others leave alone meanwhile; a replica that dies lets go of it.</summary>
internal static class OneReplica
{
    /// <summary>Does nothing while another replica is at it.</summary>
    public static async Task WhileNoOtherAsync(NpgsqlDataSource source, long work, Func<Task> action, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var take = Command("SELECT pg_try_advisory_lock($1)");
        if (await take.ExecuteScalarAsync(cancellation) is not true)
            return;
        try
        {
            await action();
        }
        finally
        {
            await using var release = Command("SELECT pg_advisory_unlock($1)");
            if (connection.FullState == System.Data.ConnectionState.Open) // else the lock is gone with the connection
                await release.ExecuteNonQueryAsync(CancellationToken.None);
        }

        NpgsqlCommand Command(string text) => new(text, connection) { Parameters = { new() { Value = work } } };
    }
}
