using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ServiceDefaults.Outbox;

/// <summary>Wakes the pump once a DbContext has committed outbox rows.</summary>
public sealed class OutboxInterceptor(OutboxSignal signal) : DbTransactionInterceptor, ISaveChangesInterceptor
{
    private readonly ConditionalWeakTable<DbContext, object> announcing = [];

    public ValueTask<InterceptionResult<int>> SavingChangesAsync(DbContextEventData data, InterceptionResult<int> result, CancellationToken cancellation = default)
    {
        if (data.Context is { } db && db.ChangeTracker.Entries<OutboxMessage>().Any(message => message.State == EntityState.Added))
            announcing.AddOrUpdate(db, db);
        return ValueTask.FromResult(result);
    }

    /// <summary>Without a transaction of the caller's this is the commit.</summary>
    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData data, int result, CancellationToken cancellation = default)
    {
        if (data.Context?.Database.CurrentTransaction is null)
            NotifyFor(data.Context);
        return ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData data, CancellationToken cancellation = default)
    {
        NotifyFor(data.Context);
        return Task.CompletedTask;
    }

    public override Task TransactionRolledBackAsync(DbTransaction transaction, TransactionEndEventData data, CancellationToken cancellation = default)
    {
        if (data.Context is { } db)
            announcing.Remove(db);
        return Task.CompletedTask;
    }

    private void NotifyFor(DbContext? db)
    {
        if (db is not null && announcing.Remove(db))
            signal.Notify();
    }
}
