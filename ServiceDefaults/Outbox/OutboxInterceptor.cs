using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace ServiceDefaults.Outbox;

/// <summary>Wakes the pump once a DbContext has committed.</summary>
public sealed class OutboxInterceptor(OutboxSignal signal) : DbTransactionInterceptor, ISaveChangesInterceptor
{
    public ValueTask<int> SavedChangesAsync(SaveChangesCompletedEventData data, int result, CancellationToken cancellation = default)
    {
        signal.Notify();
        return ValueTask.FromResult(result);
    }

    public override Task TransactionCommittedAsync(DbTransaction transaction, TransactionEndEventData data, CancellationToken cancellation = default)
    {
        signal.Notify();
        return Task.CompletedTask;
    }
}
