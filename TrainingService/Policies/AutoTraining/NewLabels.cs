using Microsoft.EntityFrameworkCore;
using TrainingService.Runs;

namespace TrainingService.Policies.AutoTraining;

/// <summary>
/// Labels that no run has learned from: added since the newest snapshot that one trained on, whoever asked for it and whatever became of it. A row counts
/// once, however often its label is changed or it is taken away and comes again.
/// </summary>
internal static class NewLabels
{
    /// <returns>Those, and how many were ever added.</returns>
    public static async Task<(long New, long Ever)> CountNewLabelsAsync(this TrainingDb db, DatasetPolicy policy, CancellationToken cancellation)
    {
        var trained = await db.Runs.Where(run => run.Dataset == policy.Dataset && run.Kind == RunKind.Training)
            .Join(db.Snapshots, run => run.Snapshot, snapshot => snapshot.Id, (_, snapshot) => (int?)snapshot.Revision).MaxAsync(cancellation) ?? 0;
        var revisions = db.DatasetRevisions.Where(revision => revision.Dataset == policy.Dataset);
        var ever = await revisions.SumAsync(revision => revision.Added, cancellation);
        var learned = await revisions.Where(revision => revision.Revision <= trained).SumAsync(revision => revision.Added, cancellation);
        var gained = ever - Math.Max(learned, policy.TrainedAdded);
        return (gained == 0 ? 0 : Math.Min(gained, await db.Labels.LongCountAsync(l => l.Dataset == policy.Dataset && l.Removed == null && l.Text != null && l.Added > trained, cancellation)), ever);
    }
}
