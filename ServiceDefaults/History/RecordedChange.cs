using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using ServiceDefaults.Outbox;

namespace ServiceDefaults.History;

/// <summary>A change and its entry in the history, in one transaction. Disposed before <see cref="CommitAsync"/>, nothing happened.</summary>
public sealed class RecordedChange : IAsyncDisposable
{
    private const long LockId = 0x5175_6974_6548_6973;

    private readonly DbContext db;
    private readonly IDbContextTransaction? transaction;

    private RecordedChange(DbContext db, IDbContextTransaction? transaction, HistoryEntry? last) =>
        (this.db, this.transaction, Last) = (db, transaction, last);

    /// <summary>The newest entry, this change's own included.</summary>
    public HistoryEntry? Last { get; private set; }

    internal static async Task<RecordedChange> BeginAsync(DbContext db, CancellationToken cancellation)
    {
        var transaction = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({LockId})", cancellation);
        var last = await db.Set<HistoryEntry>().AsNoTracking().OrderByDescending(e => e.Seq).FirstOrDefaultAsync(cancellation);
        return new RecordedChange(db, transaction, last);
    }

    /// <summary>Chains an entry; stored by <see cref="CommitAsync"/>.</summary>
    /// <param name="details">Serialised as events are.</param>
    public HistoryEntry Append(string subject, string action, string actor, object details, DateTimeOffset time)
    {
        Last = HistoryEntry.After(Last, subject, action, actor, JsonSerializer.SerializeToElement(details, EventJson.Options), time);
        db.Add(Last);
        return Last;
    }

    /// <summary>Saves what the DbContext holds, the appended entries with it, and commits unless the transaction is the caller's.</summary>
    public async Task CommitAsync(CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation);
        if (transaction is not null)
            await transaction.CommitAsync(cancellation);
    }

    public ValueTask DisposeAsync() => transaction?.DisposeAsync() ?? ValueTask.CompletedTask;
}
