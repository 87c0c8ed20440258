using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Database;

namespace ServiceDefaults.History;

public static class HistoryModel
{
    /// <summary>Maps the history into a service's DbContext; call it from <c>OnModelCreating</c>.</summary>
    public static ModelBuilder AddHistory(this ModelBuilder model)
    {
        var history = model.Entity<HistoryEntry>().ToTable("history");
        history.HasKey(e => e.Seq);
        history.Property(e => e.Seq).ValueGeneratedNever();
        history.Property(e => e.Details).HasColumnType("jsonb");
        history.Metadata.UseSnakeCaseColumns();
        return model;
    }

    /// <summary>
    /// Begins a change that goes on record: a transaction (the running one, if there is one) that holds the history's
    /// lock until it ends, so that changes come one after the other and what was read first is still true at the end.
    /// </summary>
    public static async Task<RecordedChange> BeginRecordedChangeAsync(this DbContext db, CancellationToken cancellation) =>
        await RecordedChange.BeginAsync(db, cancellation);

    /// <summary>Reads the whole history and checks every link.</summary>
    public static Task<HistoryVerification> VerifyHistoryAsync(this DbContext db, CancellationToken cancellation) =>
        HistoryVerification.OfAsync(db.Set<HistoryEntry>().AsNoTracking().OrderBy(e => e.Seq).AsAsyncEnumerable(), cancellation);
}
