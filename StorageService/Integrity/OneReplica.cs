using Npgsql;
using ServiceDefaults.Database;

namespace StorageService.Integrity;

/// <summary>Work that one replica does and the others leave alone meanwhile; a replica that dies lets go of it.</summary>
internal static class OneReplica
{
    /// <summary>Does nothing while another replica is at it.</summary>
    public static async Task WhileNoOtherAsync(NpgsqlDataSource source, long work, Func<Task> action, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        if (!await SessionLock.TryTakeAsync(connection, work, cancellation))
            return;
        try
        {
            await action();
        }
        finally
        {
            await SessionLock.ReleaseAsync(connection, work);
        }
    }
}
