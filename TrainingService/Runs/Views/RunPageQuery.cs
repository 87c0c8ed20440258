using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Paging;

namespace TrainingService.Runs.Views;

/// <summary>The query string of <c>GET /v1/datasets/{dataset}/runs</c>.</summary>
/// <param name="Status">Only runs of this.</param>
/// <param name="Cursor">The <c>next</c> of the page before.</param>
/// <param name="Limit">1..200, default 50.</param>
internal sealed record RunPageQuery(
    [FromQuery(Name = "status")] RunStatus? Status, [FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] int? Limit)
{
    private int PageSize => Pages.SizeOf(Limit);

    /// <summary>Newest first. Ids are UUIDv7: their order is that of time.</summary>
    public async Task<RunPage> ReadAsync(TrainingDb db, int dataset, CancellationToken cancellation)
    {
        var runs = db.Runs.AsNoTracking().Where(run => run.Dataset == dataset && (Status == null || run.Status == Status));
        if (Cursor is not null)
        {
            var after = Guid.TryParse(Cursor, out var id) ? id : throw Pages.BadCursor();
            runs = runs.Where(run => run.Id.CompareTo(after) < 0);
        }
        // One more than the page, so that its end is known.
        var rows = await runs.OrderByDescending(run => run.Id).Take(PageSize + 1)
            .Join(db.Snapshots, run => run.Snapshot, snapshot => snapshot.Id, (run, snapshot) => new { Run = run, Labels = snapshot.Rows })
            .OrderByDescending(row => row.Run.Id).ToListAsync(cancellation);
        var page = rows.Take(PageSize).ToList();
        return new RunPage(page.ConvertAll(row => RunSummary.From(row.Run, row.Labels)), rows.Count > page.Count ? page[^1].Run.Id.ToString() : null);
    }
}
