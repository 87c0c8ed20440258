using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;

namespace AuthService.Keys;

public sealed class KeyFinder(AuthDb db, TimeProvider time)
{
    private static readonly TimeSpan LastUsedResolution = TimeSpan.FromMinutes(1);

    /// <summary>The key that was presented; null when it is unknown, expired or revoked.</summary>
    public async Task<ApiKey?> FindUsableAsync(string presented, CancellationToken cancellation)
    {
        if (!ApiKeyFormat.IsWellFormed(presented))
            return null;

        var now = time.GetUtcNow();
        var prefix = ApiKeyFormat.PrefixOf(presented);
        var candidates = await db.ApiKeys.AsNoTracking().Where(ApiKey.IsActive(now)).Where(key => key.Prefix == prefix).ToListAsync(cancellation);

        var hash = Secret.HashOf(presented);
        if (candidates.Find(candidate => CryptographicOperations.FixedTimeEquals(candidate.Hash, hash)) is not { } found)
            return null;
        if (found.LastUsedAt is null || now - found.LastUsedAt > LastUsedResolution)
            await db.ApiKeys.Where(key => key.Id == found.Id).ExecuteUpdateAsync(key => key.SetProperty(k => k.LastUsedAt, now), cancellation);
        return found;
    }
}
