using Npgsql;
using StorageService.Backends;
using StorageService.Encryption;

namespace StorageService.Objects;

/// <summary>Everything of one owner, gone. The data key goes in the same transaction as the rows: what a backup still has can't be read any more.</summary>
internal sealed class OwnerErasure(NpgsqlDataSource source, IObjectStore store, OrphanRemoval orphans, DataKeys keys)
{
    /// <summary>
    /// Removes the owner's objects, rows and bytes, and their data key. Again is harmless, and finishes what was cut short.
    /// </summary>
    /// <returns>How many objects there were.</returns>
    public async Task<long> EraseAsync(string owner, CancellationToken cancellation)
    {
        var erased = await EraseRowsAsync(owner, cancellation);
        keys.Forget(owner);
        await foreach (var blob in store.ListAsync(owner, cancellation))
            await orphans.RemoveAsync(blob.Name, cancellation);
        store.ForgetOwner(owner);
        return erased;
    }

    private async Task<long> EraseRowsAsync(string owner, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Objects before the key, as a put takes them; then nobody can add to them, and those are left that had just come.
        var erased = await ExecuteAsync("DELETE FROM objects WHERE owner = $1");
        await ExecuteAsync("SELECT FROM data_keys WHERE owner = $1 FOR UPDATE");
        erased += await ExecuteAsync("DELETE FROM objects WHERE owner = $1");
        await ExecuteAsync("DELETE FROM data_keys WHERE owner = $1");
        await ExecuteAsync("DELETE FROM owner_usage WHERE owner = $1");
        await transaction.CommitAsync(CancellationToken.None);
        return erased;

        async Task<long> ExecuteAsync(string text)
        {
            await using var command = new NpgsqlCommand(text, connection) { CommandTimeout = 300, Parameters = { new() { Value = owner } } };
            return Math.Max(0, await command.ExecuteNonQueryAsync(cancellation));
        }
    }
}
