using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Snapshots;

/// <summary>Holds the labels of a data set as they are now: what a run trains on.</summary>
internal sealed class SnapshotMaker(TrainingDb db, IOptions<DatasetOptions> options, TimeProvider time)
{
    /// <summary>The snapshot of the data set's last change, made now if it has none. In the transaction that the context has, or one of its own.</summary>
    /// <param name="caller">Whose it is, if it is made.</param>
    /// <exception cref="ProblemException">404: no such data set. 409: it has no labels. 503: it is being changed for too long.</exception>
    public async Task<(Snapshot Snapshot, bool IsNew)> EnsureAsync(Guid dataset, string caller, CancellationToken cancellation)
    {
        await using var change = await DatasetChange.BeginAsync(db, dataset, caller, RevisionSource.Labelling, options.Value.MaxWait, time.GetUtcNow(), cancellation);
        var (found, revision) = (change.Dataset, change.Dataset.Revision - 1); // nothing changes
        if (await db.Snapshots.AsNoTracking().SingleOrDefaultAsync(s => s.Dataset == found.Number && s.Revision == revision, cancellation) is { } known)
        {
            found.Revision = revision; // the context is its owner's, who may save more with it
            return (known, IsNew: false);
        }
        if (found.Labelled == 0)
            throw ProblemException.Conflict("no-labels", "The data set has no labels yet.");

        var (hash, count) = await SnapshotRows.HashAsync(change, options.Value.StatementTimeout, cancellation);
        var snapshot = new Snapshot
        {
            Id = Guid.CreateVersion7(change.Revision.CreatedAt),
            Dataset = found.Number,
            Revision = revision,
            Hash = hash,
            Rows = count,
            Schema = found.Schema!,
            Caller = caller,
            CreatedAt = change.Revision.CreatedAt,
        };
        db.Add(snapshot);
        found.Snapshotted = revision;
        await change.CommitAsync(labels: 0, lost: 0, unlabelled: 0, duplicates: 0, cancellation);
        return (snapshot, IsNew: true);
    }
}
