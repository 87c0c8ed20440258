using Microsoft.EntityFrameworkCore;
using StorageService.Backends;

namespace StorageService.Objects;

/// <summary>The rows of objects that are there. What comes first, rows or bytes: see docs/objects.md.</summary>
internal sealed class ObjectTable(StorageDb db, OrphanRemoval orphans, TimeProvider time)
{
    /// <summary>Removes row and bytes. Without a row what a removal that was cut short left of the bytes.</summary>
    public async Task RemoveAsync(ObjectKey key, CancellationToken cancellation)
    {
        await DeleteRowAsync(key, deadline: null, cancellation);
        await RemoveBytesAsync(key);
    }

    /// <summary>False when it is gone already, or a put has given it more time.</summary>
    public async Task<bool> RemoveIfExpiredAsync(ObjectKey key, CancellationToken cancellation)
    {
        if (!await DeleteRowAsync(key, deadline: time.GetUtcNow(), cancellation))
            return false;
        await RemoveBytesAsync(key);
        return true;
    }

    /// <summary>Remembers that an object's bytes are wrong or gone, unless they were put in place again since it was read.</summary>
    public Task<int> MarkDamagedAsync(StoredObject known, CancellationToken cancellation) => db.Objects
        .Where(o => o.Owner == known.Owner && o.Sha256 == known.Sha256 && o.WrittenAt == known.WrittenAt && o.DamagedAt == null)
        .ExecuteUpdateAsync(set => set.SetProperty(o => o.DamagedAt, time.GetUtcNow()), cancellation);

    /// <summary>The opposite: it was read whole.</summary>
    public Task<int> MarkWholeAsync(StoredObject known, CancellationToken cancellation) => db.Objects
        .Where(o => o.Owner == known.Owner && o.Sha256 == known.Sha256 && o.WrittenAt == known.WrittenAt && o.DamagedAt != null)
        .ExecuteUpdateAsync(set => set.SetProperty(o => o.DamagedAt, (DateTimeOffset?)null), cancellation);

    /// <summary>Up to <paramref name="count"/> objects whose time is up, the longest gone first.</summary>
    public async Task<IReadOnlyList<ObjectKey>> ExpiredAsync(int skip, int count, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var expired = await db.Objects.Where(o => o.ExpiresAt <= now)
            .OrderBy(o => o.ExpiresAt).ThenBy(o => o.Owner).ThenBy(o => o.Sha256).Skip(skip).Take(count)
            .Select(o => new { o.Owner, o.Sha256 }).ToListAsync(cancellation);
        return [.. expired.Select(o => ObjectKey.Parse(o.Owner, o.Sha256))];
    }

    private async Task<bool> DeleteRowAsync(ObjectKey key, DateTimeOffset? deadline, CancellationToken cancellation) => await db.Database.ExecuteSqlAsync($"""
        WITH gone AS (
          DELETE FROM objects WHERE owner = {key.Owner} AND sha256 = {key.Sha256} AND ({deadline}::timestamptz IS NULL OR expires_at <= {deadline}::timestamptz)
          RETURNING owner, bytes)
        UPDATE owner_usage AS u SET bytes = greatest(0, u.bytes - gone.bytes) FROM gone WHERE u.owner = gone.owner
        """, cancellation) > 0;

    // The row is gone: nobody's leaving keeps the bytes.
    private async Task RemoveBytesAsync(ObjectKey key)
    {
        await orphans.RemoveAsync(new BlobName(key, Encrypted: false), CancellationToken.None);
        await orphans.RemoveAsync(new BlobName(key, Encrypted: true), CancellationToken.None);
    }
}
