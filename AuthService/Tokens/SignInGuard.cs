using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace AuthService.Tokens;

/// <summary>Applies <see cref="LockOut"/> to an account. What was typed is kept as a keyed hash: it may be anything, a password too.</summary>
public sealed class SignInGuard(AuthDb db, ServiceIdentity identity, TimeProvider time)
{
    /// <exception cref="ProblemException">429: locked, also for an account that does not exist.</exception>
    public async Task EnterAsync(string account, CancellationToken cancellation)
    {
        var id = IdOf(account);
        var now = time.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM sign_in_attempts WHERE ctid IN (SELECT ctid FROM sign_in_attempts WHERE last_at < {now - LockOut.Memory} LIMIT 100 FOR UPDATE SKIP LOCKED)", cancellation);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO sign_in_attempts (account, failures, last_at) VALUES ({id}, 0, {now}) ON CONFLICT DO NOTHING", cancellation);
        var attempts = (await db.SignInAttempts.FromSql($"SELECT * FROM sign_in_attempts WHERE account = {id} FOR UPDATE").ToListAsync(cancellation)).Single();
        var wait = LockOut.Enter(attempts, now);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        db.Entry(attempts).State = EntityState.Detached;
        if (wait is { } delay)
        {
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "locked-out", "Too many failed sign-ins for this account. Wait before the next try.")
            {
                RetryAfter = delay,
            };
        }
    }

    public Task SucceededAsync(string account, CancellationToken cancellation)
    {
        var id = IdOf(account);
        return db.SignInAttempts.Where(attempts => attempts.Account == id).ExecuteDeleteAsync(cancellation);
    }

    private byte[] IdOf(string account) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes($"sign-in:{identity.Secret}"), Encoding.UTF8.GetBytes(account));
}
