using Microsoft.EntityFrameworkCore;
using StorageService.Backends;

namespace StorageService.Objects;

/// <summary>
/// The rows of objects that are there, and the order of things between rows and bytes. A change of an object holds its row
/// locked until the bytes are in place or gone, so that puts (<see cref="ObjectAdditions"/>) and deletes of one object come
/// one after the other. See docs/objects.md.
/// </summary>
internal sealed class ObjectTable(StorageDb db, TimeProvider time)
{
    /// <summary>Lets an object that is there live at least as long as <paramref name="policy"/> says; false when it is not there.</summary>
    public async Task<bool> KeepAsync(ObjectKey key, KindPolicy policy, CancellationToken cancellation)
    {
        var expiry = policy.ExpiryOf(time.GetUtcNow());
        return await db.Database.ExecuteSqlAsync($"""
            UPDATE objects SET expires_at =
              CASE WHEN expires_at IS NULL OR {expiry}::timestamptz IS NULL THEN NULL ELSE greatest(expires_at, {expiry}::timestamptz) END
            WHERE owner = {key.Owner} AND sha256 = {key.Sha256}
            """, cancellation) > 0;
    }

    public Task RemoveAsync(ObjectKey key, IObjectStore store, CancellationToken cancellation) =>
        RemoveAsync(db.Objects, key, store, cancellation);

    /// <summary>False when it is gone already, or a put has given it more time.</summary>
    public Task<bool> RemoveIfExpiredAsync(ObjectKey key, IObjectStore store, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        return RemoveAsync(db.Objects.Where(o => o.ExpiresAt <= now), key, store, cancellation);
    }

    /// <summary>Up to <paramref name="count"/> objects whose time is up, the longest gone first.</summary>
    public async Task<IReadOnlyList<ObjectKey>> ExpiredAsync(int skip, int count, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var expired = await db.Objects.Where(o => o.ExpiresAt <= now)
            .OrderBy(o => o.ExpiresAt).ThenBy(o => o.Owner).ThenBy(o => o.Sha256).Skip(skip).Take(count)
            .Select(o => new { o.Owner, o.Sha256 }).ToListAsync(cancellation);
        return [.. expired.Select(o => ObjectKey.Parse(o.Owner, o.Sha256))];
    }

    private async Task<bool> RemoveAsync(IQueryable<StoredObject> objects, ObjectKey key, IObjectStore store, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var removed = await objects.Where(o => o.Owner == key.Owner && o.Sha256 == key.Sha256).ExecuteDeleteAsync(cancellation);
        if (removed == 0)
            return false; // not there, or a put that has not finished: its bytes are not ours to take
        await store.DeleteAsync(key, cancellation);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }
}
