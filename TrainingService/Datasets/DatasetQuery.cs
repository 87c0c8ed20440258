using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Paging;

namespace TrainingService.Datasets;

/// <summary>The query string of <c>GET /v1/datasets</c>.</summary>
/// <param name="Cursor">The <c>next</c> of the page before.</param>
/// <param name="Limit">1..200, default 50.</param>
internal sealed record DatasetQuery([FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] int? Limit)
{
    private int PageSize => Pages.SizeOf(Limit);

    /// <summary>The rows behind the cursor, one more than the page so that its end is known. Ids are UUIDv7: their order is that of time.</summary>
    public IQueryable<Dataset> Page(IQueryable<Dataset> datasets)
    {
        if (Cursor is not null)
        {
            var after = Guid.TryParse(Cursor, out var id) ? id : throw Pages.BadCursor();
            datasets = datasets.Where(d => d.Id.CompareTo(after) < 0);
        }
        return datasets.OrderByDescending(d => d.Id).Take(PageSize + 1);
    }

    public DatasetPage ToPage(List<Dataset> rows)
    {
        var page = rows.Take(PageSize).ToList();
        return new DatasetPage(page.ConvertAll(d => DatasetView.From(d, values: null)), rows.Count > page.Count ? page[^1].Id.ToString() : null);
    }
}
