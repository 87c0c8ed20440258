using Npgsql;
using ServiceDefaults.Erasure;
using StorageService.Backends;

namespace StorageService.Objects;

/// <summary>
/// Removes bytes that no row speaks of. It claims their address meanwhile, by a row that is never committed: a put of the
/// same object waits until it is through, and it waits for a put that has not yet committed.
/// </summary>
internal sealed class OrphanRemoval(NpgsqlDataSource source, IObjectStore store)
{
    private const string Claim =
        """
        INSERT INTO objects (owner, sha256, kind, content_type, bytes, created_at, written_at) VALUES ($1, $2, '', '', 0, now(), now())
        ON CONFLICT DO NOTHING
        """;

    /// <summary>False when there are no such bytes, or they are an object's.</summary>
    public async Task<bool> RemoveAsync(BlobName name, CancellationToken cancellation)
    {
        if (!store.MayExist(name))
            return false;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        if (!await IsOrphanAsync(connection, name, cancellation))
            return false;
        await store.DeleteAsync(name, cancellation);
        return true; // and the transaction, which wrote nothing worth keeping, is rolled back
    }

    private static async Task<bool> IsOrphanAsync(NpgsqlConnection connection, BlobName name, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                await using var claim = Command(connection, Claim, name);
                if (await claim.ExecuteNonQueryAsync(cancellation) == 1)
                    return true;
            }
            catch (PostgresException e) when (e.IsErasedSubject())
            {
                return true; // nobody can put anything there any more
            }
            // There is a row, which may speak of the other kind of bytes.
            await using var look = Command(connection, "SELECT key_id IS NOT NULL FROM objects WHERE owner = $1 AND sha256 = $2 FOR UPDATE", name);
            if (await look.ExecuteScalarAsync(cancellation) is bool isEncrypted)
                return isEncrypted != name.Encrypted;
            // It was deleted in between.
        }
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string text, BlobName name) =>
        new(text, connection) { Parameters = { new() { Value = name.Owner }, new() { Value = name.Key.Sha256 } } };
}
