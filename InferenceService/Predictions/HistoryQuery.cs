using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>The query string of <c>GET /v1/predictions</c>.</summary>
/// <param name="From">Inclusive.</param>
/// <param name="To">Exclusive.</param>
/// <param name="Sort"><c>time</c> (default), <c>confidence</c> or <c>totalMs</c>.</param>
/// <param name="Cursor">The <c>next</c> of the page before.</param>
/// <param name="Limit">1..200, default 50.</param>
public sealed record HistoryQuery(
    [FromQuery(Name = "model")] string? Model,
    [FromQuery(Name = "label")] string? Label,
    [FromQuery(Name = "from")] DateTimeOffset? From,
    [FromQuery(Name = "to")] DateTimeOffset? To,
    [FromQuery(Name = "maxConfidence")] double? MaxConfidence,
    [FromQuery(Name = "minTotalMs")] double? MinTotalMs,
    [FromQuery(Name = "sort")] string? Sort,
    [FromQuery(Name = "cursor")] string? Cursor,
    [FromQuery(Name = "limit")] int? Limit)
{
    public int PageSize => Pages.SizeOf(Limit);

    public IQueryable<PredictionRecord> Filter(IQueryable<PredictionRecord> all)
    {
        if (Model is not null)
            all = all.Where(p => p.Model == Model);
        if (Label is not null)
            all = all.Where(p => p.Label == Label);
        if (From?.ToUniversalTime() is { } from)
            all = all.Where(p => p.CreatedAt >= from);
        if (To?.ToUniversalTime() is { } to)
            all = all.Where(p => p.CreatedAt < to);
        if (MaxConfidence is not null)
            all = all.Where(p => p.Confidence <= MaxConfidence);
        if (MinTotalMs is not null)
            all = all.Where(p => p.TotalMs >= MinTotalMs);
        return all;
    }

    /// <summary>The rows behind the cursor, one more than the page so that its end is known.</summary>
    public IQueryable<PredictionRecord> Page(IQueryable<PredictionRecord> filtered)
    {
        var after = Cursor is null ? null : HistoryCursor.Parse(Cursor);
        var rows = Order(filtered, after);
        return rows.Take(PageSize + 1);
    }

    public HistoryCursor CursorAt(PredictionRecord last) => new(last.Id, Sort switch
    {
        "confidence" => last.Confidence ?? 0,
        "totalMs" => last.TotalMs,
        _ => 0,
    });

    private IQueryable<PredictionRecord> Order(IQueryable<PredictionRecord> rows, HistoryCursor? after) => Sort switch
    {
        // Ids are UUIDv7: their order is the order of time, finer than any timestamp.
        null or "time" => (after is null ? rows : rows.Where(p => p.Id.CompareTo(after.Id) < 0)).OrderByDescending(p => p.Id),
        "confidence" => (after is null ? rows : rows.Where(p => p.Confidence > after.Value || (p.Confidence == after.Value && p.Id.CompareTo(after.Id) < 0)))
            .Where(p => p.Confidence != null).OrderBy(p => p.Confidence).ThenByDescending(p => p.Id),
        "totalMs" => (after is null ? rows : rows.Where(p => p.TotalMs < after.Value || (p.TotalMs == after.Value && p.Id.CompareTo(after.Id) < 0)))
            .OrderByDescending(p => p.TotalMs).ThenByDescending(p => p.Id),
        _ => throw ProblemException.Invalid("sort", "'sort' is time, confidence or totalMs."),
    };
}
