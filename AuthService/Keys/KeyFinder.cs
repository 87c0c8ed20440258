using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace AuthService.Keys;

public sealed class KeyFinder(AuthDb db, TimeProvider time)
{
    private static readonly TimeSpan LastUsedResolution = TimeSpan.FromMinutes(1);

    /// <summary>The key that was presented and its owner's role; null when it is unknown, expired or revoked.</summary>
    public async Task<(ApiKey Key, string OwnersRole)?> FindUsableAsync(string presented, CancellationToken cancellation)
    {
        if (!ApiKeyFormat.IsWellFormed(presented))
            return null;

        var now = time.GetUtcNow();
        var prefix = ApiKeyFormat.PrefixOf(presented);
        var candidates = await db.ApiKeys.AsNoTracking()
            .Where(key => key.Prefix == prefix && key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now))
            .Join(db.Users, key => key.UserId, user => user.Id, (key, user) => new { key, user.Role })
            .ToListAsync(cancellation);

        var hash = Secret.HashOf(presented);
        if (candidates.Find(candidate => CryptographicOperations.FixedTimeEquals(candidate.key.Hash, hash)) is not { } found)
            return null;
        if (found.key.LastUsedAt is null || now - found.key.LastUsedAt > LastUsedResolution)
            await db.ApiKeys.Where(key => key.Id == found.key.Id).ExecuteUpdateAsync(key => key.SetProperty(k => k.LastUsedAt, now), cancellation);
        return (found.key, found.Role);
    }
}
