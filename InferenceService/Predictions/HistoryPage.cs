namespace InferenceService.Predictions;

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
public sealed record HistoryPage(IReadOnlyList<HistoryItem> Items, string? Next)
{
    /// <param name="rows">One more than the page's size when there are more.</param>
    public static HistoryPage From(List<PredictionRecord> rows, HistoryQuery query)
    {
        var page = rows.Take(query.PageSize).ToList();
        return new HistoryPage(page.ConvertAll(HistoryItem.From), rows.Count > page.Count ? query.CursorAt(page[^1]).ToString() : null);
    }
}

/// <summary>One item in a list: enough to choose from, the rest by its id.</summary>
public sealed record HistoryItem(
    Guid Id, Guid RequestId, string Model, string Version, string? Label, double? Confidence, double? Score, double TotalMs, DateTimeOffset Time)
{
    public static HistoryItem From(PredictionRecord p) => new(p.Id, p.RequestId, p.Model, p.Version, p.Label, p.Confidence, p.Score, p.TotalMs, p.CreatedAt);
}
