using System.Security.Cryptography;
using System.Text;
using AuthService.Users;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Http;
using ServiceDefaults.Problems;

namespace AuthService.Tokens;

/// <summary>Applies <see cref="LockOut"/> to an account. What was typed is kept as a keyed hash: it may be anything, a password too.</summary>
public sealed class SignInGuard(AuthDb db, SignInTurns turns, ServiceIdentity identity, TimeProvider time)
{
    /// <summary>Tries a password. What <paramref name="verify"/> does not find correct counts as a failure; a success forgets them all.</summary>
    /// <returns>What <paramref name="verify"/> gives: null for a wrong password.</returns>
    /// <exception cref="ProblemException">429: locked, also for an account that does not exist.</exception>
    public async Task<User?> TryAsync(string account, Func<Task<User?>> verify, CancellationToken cancellation)
    {
        var id = IdOf(account);
        using var turn = await turns.TakeAsync(id, cancellation);
        await EnterAsync(id, cancellation);
        var user = await verify();
        if (user is not null)
            await db.SignInAttempts.Where(attempts => attempts.Account == id).ExecuteDeleteAsync(cancellation);
        return user;
    }

    /// <summary>When the account can be tried again; null: now.</summary>
    public async Task<DateTimeOffset?> LockedUntilAsync(string account, CancellationToken cancellation)
    {
        var (id, now) = (IdOf(account), time.GetUtcNow());
        return await db.SignInAttempts.Where(attempts => attempts.Account == id && attempts.LockedUntil > now).Select(attempts => attempts.LockedUntil).SingleOrDefaultAsync(cancellation);
    }

    /// <summary>Forgets the failed attempts.</summary>
    public Task UnlockAsync(string account, CancellationToken cancellation)
    {
        var id = IdOf(account);
        return db.SignInAttempts.Where(attempts => attempts.Account == id).ExecuteDeleteAsync(cancellation);
    }

    private byte[] IdOf(string account) => HMACSHA256.HashData(Encoding.UTF8.GetBytes($"sign-in:{identity.Secret}"), Encoding.UTF8.GetBytes(account));

    private async Task EnterAsync(byte[] id, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM sign_in_attempts WHERE ctid IN (SELECT ctid FROM sign_in_attempts WHERE last_at < {now - LockOut.Memory} LIMIT 100 FOR UPDATE SKIP LOCKED)", cancellation);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // An update that changes nothing locks the row or makes it; a sign-in that succeeds meanwhile deletes it.
        var attempts = (await db.SignInAttempts.FromSql(
            $"INSERT INTO sign_in_attempts (account, failures, last_at) VALUES ({id}, 0, {now}) ON CONFLICT (account) DO UPDATE SET account = excluded.account RETURNING *")
            .ToListAsync(cancellation)).Single();
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
}

/// <summary>
/// One attempt at a time per account in this process, so that an owner's many sign-ins at once are not taken for many failures.
/// Replicas don't wait for each other; between them it is <see cref="LockOut"/> that counts an attempt before it is known to fail.
/// </summary>
public sealed class SignInTurns
{
    // Accounts share 256 gates by their keyed hash: nobody can choose whom to wait with.
    private readonly SemaphoreSlim[] gates = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1, 1))];

    public async Task<IDisposable> TakeAsync(byte[] account, CancellationToken cancellation)
    {
        var gate = gates[account[0]];
        await gate.WaitAsync(cancellation);
        return new Turn(gate);
    }

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}
