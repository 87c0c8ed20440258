using System.Data;
using Npgsql;

namespace ServiceDefaults.Database;

/// <summary>
/// Advisory locks that a session holds, for work that one replica does. Sessions go back to the pool as they are, so whoever
/// takes such a lock gives it back here.
/// </summary>
public static class SessionLock
{
    /// <summary>False while another session has it.</summary>
    public static async Task<bool> TryTakeAsync(NpgsqlConnection connection, long id, CancellationToken cancellation)
    {
        await using var command = Command(connection, "SELECT pg_try_advisory_lock($1)", id);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>A connection that broke has lost the lock already; one that can't say so is not used again.</summary>
    public static async Task ReleaseAsync(NpgsqlConnection connection, long id)
    {
        if (connection.FullState != ConnectionState.Open)
            return;
        try
        {
            await using var command = Command(connection, "SELECT pg_advisory_unlock($1)", id);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch
        {
            NpgsqlConnection.ClearPool(connection); // the session may have it still: it ends when the connection is closed
            throw;
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, long id) =>
        new(text, connection) { Parameters = { new() { Value = id } } };
}
