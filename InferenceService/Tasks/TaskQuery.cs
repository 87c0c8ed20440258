using InferenceService.Predictions;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Paging;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>The query string of <c>GET /v1/tasks</c>.</summary>
/// <param name="Status">One of the statuses; absent means all.</param>
/// <param name="Cursor">The <c>next</c> of the page before.</param>
/// <param name="Limit">1..200, default 50.</param>
public sealed record TaskQuery(
    [FromQuery(Name = "status")] string? Status, [FromQuery(Name = "cursor")] string? Cursor, [FromQuery(Name = "limit")] int? Limit)
{
    private int PageSize => Pages.SizeOf(Limit);

    /// <summary>The rows behind the cursor, one more than the page so that its end is known.</summary>
    public IQueryable<TaskRecord> Page(IQueryable<TaskRecord> tasks)
    {
        if (Status is not null)
        {
            var status = Enum.GetValues<TaskState>().Where(state => state.ToString().Equals(Status, StringComparison.OrdinalIgnoreCase)).Cast<TaskState?>().SingleOrDefault()
                ?? throw ProblemException.Invalid("status", "'status' is queued, running, succeeded, failed or cancelled.");
            tasks = tasks.Where(task => task.Status == status);
        }
        if (Cursor is not null)
        {
            var after = HistoryCursor.Parse(Cursor).Id;
            tasks = tasks.Where(task => task.Id.CompareTo(after) < 0);
        }
        return tasks.OrderByDescending(task => task.Id).Take(PageSize + 1);
    }

    public TaskPage ToPage(List<TaskRecord> rows)
    {
        var page = rows.Take(PageSize).ToList();
        return new TaskPage(page.ConvertAll(TaskView.From), rows.Count > page.Count ? new HistoryCursor(page[^1].Id, 0).ToString() : null);
    }
}
