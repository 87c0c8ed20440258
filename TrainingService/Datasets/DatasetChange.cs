using System.Globalization;
using System.Security.Claims;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using ServiceDefaults.Authentication;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets;

/// <summary>
/// One change of a data set: holds its row locked until the commit, gives the change its revision, and announces it in the same
/// transaction. Disposed without a commit, it leaves nothing.
/// </summary>
internal sealed class DatasetChange : IAsyncDisposable
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);
    private readonly TrainingDb db;
    private readonly IDbContextTransaction? own;
    private readonly DateTimeOffset now;

    private DatasetChange(TrainingDb db, IDbContextTransaction? own, Dataset dataset, DatasetRevision revision, DateTimeOffset now) =>
        (this.db, this.own, Dataset, Revision, this.now) = (db, own, dataset, revision, now);

    /// <summary>As it is now, under the lock.</summary>
    public Dataset Dataset { get; }

    public DatasetRevision Revision { get; }

    public NpgsqlConnection Connection => (NpgsqlConnection)db.Database.GetDbConnection();

    /// <exception cref="ProblemException">404, or 503 while another change takes too long.</exception>
    public static async Task<DatasetChange> BeginAsync(
        TrainingDb db, string key, ClaimsPrincipal user, RevisionSource source, TimeSpan maxWait, DateTimeOffset now, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(key, user, cancellation);
        return await BeginAsync(db, found.Id, user.CallerId(), source, maxWait, now, cancellation);
    }

    /// <param name="caller">Pseudonymous id of whoever makes the change; whether they may is decided by then.</param>
    /// <exception cref="ProblemException">404, or 503 while another change takes too long.</exception>
    public static async Task<DatasetChange> BeginAsync(
        TrainingDb db, Guid id, string caller, RevisionSource source, TimeSpan maxWait, DateTimeOffset now, CancellationToken cancellation)
    {
        // With an Idempotency-Key there is a transaction already, whose commit is its owner's.
        var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        try
        {
            var dataset = await LockAsync(db, id, maxWait, cancellation);
            dataset.Revision++;
            var revision = new DatasetRevision { Dataset = dataset.Number, Revision = dataset.Revision, Source = source, Caller = caller, CreatedAt = now };
            return new DatasetChange(db, own, dataset, revision, now);
        }
        catch
        {
            if (own is not null)
                await own.DisposeAsync();
            throw;
        }
    }

    /// <summary>Books what was changed. With nothing changed there is no revision and no event.</summary>
    /// <param name="labels">Labels gained; replaced ones count as gained and as lost.</param>
    /// <param name="unlabelled">Items gained that wait for a label.</param>
    public async Task CommitAsync(long labels, long lost, long unlabelled, long duplicates, CancellationToken cancellation)
    {
        Dataset.Labelled += labels - lost;
        Dataset.Unlabelled += unlabelled;
        Dataset.Duplicates += duplicates;
        (Revision.Added, Revision.Removed, Revision.Duplicates, Revision.Labelled) = (labels, lost, duplicates, Dataset.Labelled);
        if (labels == 0 && lost == 0 && unlabelled == 0)
            Dataset.Revision--;
        else
            db.Add(Revision);
        if (lost > 0)
            db.Announce(new LabelsRemoved(Dataset.Id, Dataset.Name, Dataset.Owner, Revision.Caller, Dataset.Revision, lost, Dataset.Labelled, now), Dataset.Id.ToString(), now);
        await db.SaveChangesAsync(cancellation); // first: of two at once the order would be the database's
        if (labels > 0)
            db.Announce(new LabelsAdded(Dataset.Id, Dataset.Name, Dataset.Owner, Revision.Caller, Dataset.Revision, labels, Dataset.Labelled, now), Dataset.Id.ToString(), now);
        await db.SaveChangesAsync(cancellation);
        if (own is not null)
            await own.CommitAsync(cancellation);
    }

    /// <summary>The end of the data set itself, whose rows are gone already.</summary>
    public async Task CommitDeletedAsync(CancellationToken cancellation)
    {
        db.Remove(Dataset);
        db.Announce(new LabelsRemoved(Dataset.Id, Dataset.Name, Dataset.Owner, Revision.Caller, Dataset.Revision, Dataset.Labelled, 0, now), Dataset.Id.ToString(), now);
        await db.SaveChangesAsync(cancellation);
        if (own is not null)
            await own.CommitAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        if (own is not null)
            await own.DisposeAsync();
    }

    private static async Task<Dataset> LockAsync(TrainingDb db, Guid id, TimeSpan maxWait, CancellationToken cancellation)
    {
        var wait = maxWait.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        await db.Database.ExecuteSqlAsync($"SELECT set_config('lock_timeout', {wait}, true)", cancellation);
        try
        {
            var locked = await db.Datasets.FromSql($"SELECT * FROM datasets WHERE id = {id} FOR NO KEY UPDATE").ToListAsync(cancellation);
            return locked.SingleOrDefault() ?? throw ProblemException.NotFound("data set"); // deleted meanwhile
        }
        catch (Exception e) when (e is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } or { InnerException: PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } })
        {
            throw ProblemException.Unavailable("dataset-busy", "Another change of this data set is under way (Datasets:MaxWait).", TryAgain);
        }
    }
}
