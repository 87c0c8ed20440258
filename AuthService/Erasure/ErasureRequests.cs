using AuthService.Accounts;
using AuthService.Tokens;
using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace AuthService.Erasure;

/// <summary>The beginning of an erasure: from one commit on the person can do nothing any more, and every service will hear of it.</summary>
public sealed class ErasureRequests(AuthDb db, Passwords passwords, SignInGuard guard, IOptions<ErasureOptions> options, TimeProvider time)
{
    /// <param name="actor">Who asked, for the audit: <c>self</c> or an administrator's id. The subject itself is never in it: entries stay.</param>
    /// <returns>The erasure and the token that its receipt is asked for with; null when there is no such user.</returns>
    /// <exception cref="ProblemException">409: it is under way already, or this is the last administrator.</exception>
    public async Task<(ErasureRecord Erasure, string Token)?> BeginAsync(Guid userId, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation); // also makes requests come one after the other
        if ((await db.Users.FromSql($"SELECT * FROM users WHERE id = {userId} FOR UPDATE").ToListAsync(cancellation)).SingleOrDefault() is not { } user)
            return null;
        var subject = userId.ToString();
        if (await db.Erasures.AnyAsync(open => open.Subject == subject, cancellation))
            throw ProblemException.Conflict("erasure-running", "This account is being erased already.");
        if (user.Role == Roles.Admin && !await db.Users.AnyAsync(other => other.Role == Roles.Admin && other.DisabledAt == null && other.Id != userId, cancellation))
            throw ProblemException.Conflict("last-admin", "This is the last administrator. Make somebody else one first.");

        var now = time.GetUtcNow();
        var token = Secret.Create("ise_");
        var erasure = new ErasureRecord { Subject = subject, TokenHash = Secret.HashOf(token), RequestedAt = now, RepeatAt = now + options.Value.RepeatAfter };
        await DisableAsync(user, now, cancellation);
        db.Add(erasure);
        foreach (var service in options.Value.ExpectedServices)
            db.Add(new ErasureAnswer { ErasureId = erasure.Id, Service = service });
        db.Add(RequestOf(erasure));
        change.Append($"erasure:{erasure.Id}", "erasure.requested", actor, new { services = options.Value.ExpectedServices }, now);
        await change.CommitAsync(cancellation);
        return (erasure, token);
    }

    /// <summary>The event, as it is sent the first time and every other.</summary>
    internal static OutboxMessage RequestOf(ErasureRecord erasure) =>
        OutboxMessage.From(new ErasureRequested(erasure.Id, erasure.Subject!, erasure.RequestedAt), erasure.Id.ToString(), erasure.RequestedAt) with { Id = erasure.Id };

    /// <summary>Nothing signs in as them any more: their password is nobody's, their sessions are over, their keys revoked. The rows go with the rest.</summary>
    private async Task DisableAsync(User user, DateTimeOffset now, CancellationToken cancellation)
    {
        var subject = user.Id.ToString();
        user.PasswordHash = passwords.Hash(Secret.Create(""));
        user.Role = Roles.User;
        user.DisabledAt = now;
        await guard.UnlockAsync(user.Email, cancellation); // failed attempts are kept by a hash of the address
        await db.RefreshTokens.Where(token => token.UserId == user.Id).ExecuteUpdateAsync(token => token.SetProperty(t => t.ExpiresAt, now), cancellation);
        foreach (var key in await db.ApiKeys.Where(key => key.UserId == user.Id && key.RevokedAt == null).ToListAsync(cancellation))
        {
            key.RevokedAt = now;
            db.Announce(new ApiKeyRevoked(key.Id, subject, now), subject: key.Id.ToString(), now);
        }
        db.Announce(new UserChanged(subject, UserChanges.Disabled, ChangeTime.After(now)), subject, now);
    }
}
