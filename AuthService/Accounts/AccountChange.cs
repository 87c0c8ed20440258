using AuthService.Users;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;

namespace AuthService.Accounts;

/// <summary>
/// A change of a user, with its entry in the history and its event, in one transaction. The user's row is locked from the start:
/// whoever makes a token meanwhile waits, so what was issued before <see cref="Time"/> is all there is to refuse.
/// </summary>
public sealed class AccountChange : IAsyncDisposable
{
    private readonly AuthDb db;
    private readonly RecordedChange change;
    private readonly string actor;
    private readonly TimeProvider clock;

    private AccountChange(AuthDb db, RecordedChange change, User? user, string actor, TimeProvider clock) =>
        (this.db, this.change, User, this.actor, this.clock, Time) = (db, change, user, actor, clock, ChangeTime.After(clock.GetUtcNow()));

    /// <summary>Null: there is no such user.</summary>
    public User? User { get; }

    /// <summary>The end of the millisecond in which the user's row was locked: tokens have theirs rounded down.</summary>
    public DateTimeOffset Time { get; }

    public static async Task<AccountChange> BeginAsync(AuthDb db, Guid userId, string actor, TimeProvider time, CancellationToken cancellation)
    {
        var change = await db.BeginRecordedChangeAsync(cancellation);
        try
        {
            var user = (await db.Users.FromSql($"SELECT * FROM users WHERE id = {userId} FOR UPDATE").ToListAsync(cancellation)).SingleOrDefault();
            return new AccountChange(db, change, user, actor, time);
        }
        catch
        {
            await change.DisposeAsync();
            throw;
        }
    }

    /// <summary>Puts it on record and tells the gateways.</summary>
    /// <param name="reason">One of <see cref="UserChanges"/>.</param>
    public void Announce(string reason, object? details = null)
    {
        var subject = User!.Id.ToString();
        Record($"{ChangedUsersApi.ActionPrefix}{reason}", details);
        db.Announce(new UserChanged(subject, reason, Time), subject, Time);
    }

    /// <summary>Puts it on record: nothing that a token says has changed.</summary>
    public void Record(string action, object? details = null) => change.Append(User!.Id.ToString(), action, actor, details ?? new { }, Time);

    /// <summary>Ends every session; what they hold of access tokens an announcement ends.</summary>
    public Task EndSessionsAsync(CancellationToken cancellation) =>
        db.RefreshTokens.Where(token => token.UserId == User!.Id).ExecuteDeleteAsync(cancellation);

    /// <summary>Not within the millisecond that it began in: a token that is made after the change must not look older.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        if (clock.GetUtcNow() < Time)
            await Task.Delay(TimeSpan.FromMilliseconds(1), clock, cancellation);
        await change.CommitAsync(cancellation);
    }

    public ValueTask DisposeAsync() => change.DisposeAsync();
}
