using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace StorageService.Encryption;

/// <summary>An owner's key.</summary>
internal sealed record DataKey(Guid Id, string Owner, byte[] Bytes);

/// <summary>
/// One random key per owner, kept wrapped in the database and for a while unwrapped here. Its row is the only way to the
/// owner's bytes. A replica that still holds a deleted key can't add objects with it: their rows refer to the key's row.
/// </summary>
internal sealed class DataKeys(NpgsqlDataSource source, MasterKeys masters, TimeProvider time) : IDisposable
{
    private const int Remembered = 10_000;
    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);
    private readonly MemoryCache cache = new(new MemoryCacheOptions { SizeLimit = Remembered });

    /// <summary>Whether new objects are encrypted.</summary>
    public bool Encrypts => masters.Current is not null;

    /// <summary>The owner's key, made when there is none; null when objects are not encrypted.</summary>
    public async ValueTask<DataKey?> ForWritingAsync(string owner, CancellationToken cancellation)
    {
        if (masters.Current is not { } master)
            return null;
        if (cache.TryGetValue(owner, out DataKey? known))
            return known;
        if (await ReadAsync("owner", owner, cancellation) is { } found)
            return found;

        var (id, bytes) = (Guid.CreateVersion7(), RandomNumberGenerator.GetBytes(32));
        await using var insert = source.CreateCommand("INSERT INTO data_keys (id, owner, master_key, wrapped, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (owner) DO NOTHING");
        foreach (var value in new object[] { id, owner, master.Id, master.Wrap(bytes, id, owner), time.GetUtcNow() })
            insert.Parameters.Add(new() { Value = value });
        await insert.ExecuteNonQueryAsync(cancellation);
        return await ReadAsync("owner", owner, cancellation) // another replica may have been faster
            ?? throw new InvalidOperationException($"The data key of {owner} was deleted as soon as it was made.");
    }

    /// <summary>Null when it was deleted.</summary>
    public async ValueTask<DataKey?> FindAsync(Guid id, CancellationToken cancellation) =>
        cache.TryGetValue(id, out DataKey? known) ? known : await ReadAsync("id", id, cancellation);

    public void Forget(string owner)
    {
        if (cache.TryGetValue(owner, out DataKey? known))
            cache.Remove(known!.Id);
        cache.Remove(owner);
    }

    public void Dispose() => cache.Dispose();

    private async Task<DataKey?> ReadAsync(string column, object value, CancellationToken cancellation)
    {
        await using var query = source.CreateCommand($"SELECT id, owner, master_key, wrapped FROM data_keys WHERE {column} = $1");
        query.Parameters.Add(new() { Value = value });
        await using var row = await query.ExecuteReaderAsync(cancellation);
        if (!await row.ReadAsync(cancellation))
            return null;
        var (id, owner, master) = (row.GetGuid(0), row.GetString(1), row.GetString(2));
        var by = masters.Find(master) ?? throw new MasterKeyMissingException(master);
        var key = new DataKey(id, owner, by.Unwrap(row.GetFieldValue<byte[]>(3), id, owner));
        var entry = new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = RememberedFor };
        cache.Set(id, key, entry);
        cache.Set(owner, key, entry);
        return key;
    }
}

/// <summary>What is stored needs a master key that is not configured.</summary>
internal sealed class MasterKeyMissingException(string id)
    : Exception($"A data key is wrapped by the master key {id}, which is neither Storage:MasterKey nor among Storage:OldMasterKeys.");
