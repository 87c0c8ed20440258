using Microsoft.EntityFrameworkCore;

namespace AuthService.Tokens;

/// <summary>One refresh token. All that came from one sign-in are a family.</summary>
public sealed class RefreshToken
{
    public required byte[] Hash { get; init; }

    public required Guid Family { get; init; }

    public required Guid UserId { get; init; }

    public required DateTimeOffset IssuedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public DateTimeOffset? UsedAt { get; init; }
}

/// <summary>Issues refresh tokens, each good for one use.</summary>
public sealed class RefreshTokens(AuthDb db, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    public Task<(string Token, Guid Family)> StartFamilyAsync(Guid userId, CancellationToken cancellation) => AddAsync(Guid.CreateVersion7(), userId, cancellation);

    public async Task<Guid?> FindOwnerAsync(string presented, CancellationToken cancellation)
    {
        var hash = Secret.HashOf(presented);
        return await db.RefreshTokens.Where(token => token.Hash == hash).Select(token => (Guid?)token.UserId).SingleOrDefaultAsync(cancellation);
    }

    /// <summary>
    /// Uses a token up and gives its successor; null when it is unknown or expired, or was used before: then its family ends.
    /// In the caller's transaction, to be committed in either case.
    /// </summary>
    public async Task<(string Token, Guid Family)?> RotateAsync(string presented, CancellationToken cancellation)
    {
        var hash = Secret.HashOf(presented);
        var now = time.GetUtcNow();
        var used = await db.RefreshTokens
            .Where(token => token.Hash == hash && token.UsedAt == null && token.ExpiresAt > now)
            .ExecuteUpdateAsync(token => token.SetProperty(t => t.UsedAt, now), cancellation);
        var found = await db.RefreshTokens.AsNoTracking().SingleOrDefaultAsync(token => token.Hash == hash, cancellation);

        if (used == 1)
            return await AddAsync(found!.Family, found.UserId, cancellation);
        if (found?.UsedAt is not null) // two parties hold it: the thief and the robbed can't be told apart
            await db.RefreshTokens.Where(token => token.Family == found.Family).ExecuteDeleteAsync(cancellation);
        return null;
    }

    private async Task<(string Token, Guid Family)> AddAsync(Guid family, Guid userId, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var token = Secret.Create("isr_");
        await db.RefreshTokens.Where(expired => expired.UserId == userId && expired.ExpiresAt < now).ExecuteDeleteAsync(cancellation);
        db.Add(new RefreshToken { Hash = Secret.HashOf(token), Family = family, UserId = userId, IssuedAt = now, ExpiresAt = now + Lifetime });
        await db.SaveChangesAsync(cancellation);
        return (token, family);
    }
}
