using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Erasure;
using TrainingService.Datasets;
using TrainingService.Runs.Views;

namespace TrainingService.Runs;

/// <summary>
/// Runs that a person asked for. Those on their own data sets go with these, and their files with them; those on other people's stay without
/// their name. What runs on rows that are erased begins again, without them. Reports have figures and no rows.
/// </summary>
internal sealed class RunsOfSubject(TrainingDb db) : IPersonalData
{
    private const string Nobody = "erased";

    public string Name => "runs";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        // Called before the rows are erased, as afterwards nobody knows whose they were; a run that begins too early sees it at its end.
        await db.Database.ExecuteSqlRawAsync($"""
            UPDATE runs SET status = 'queued', lease_until = NULL, lease_epoch = lease_epoch + 1, notified_at = NULL, not_before = now() + interval '30 s'
            WHERE status = 'running' AND lease_until IS NOT NULL
              AND dataset IN ({SubjectRows.Datasets})
            """, [subject], cancellation);
        return await db.Runs.Where(run => run.Caller == subject).ExecuteUpdateAsync(run => run.SetProperty(row => row.Caller, Nobody), cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "runs.ndjson", "The trainings and evaluations that you asked for, and those on your data sets. Their reports are among your stored objects.",
        db.Runs.AsNoTracking()
            .Join(db.Datasets, run => run.Dataset, dataset => dataset.Number, (run, dataset) => new { Run = run, dataset.Id, dataset.Owner })
            .Where(row => row.Run.Caller == subject || row.Owner == subject).OrderBy(row => row.Run.Id).AsAsyncEnumerable()
            .Select(row => RunView.From(row.Run, row.Id)),
        cancellation);
}
