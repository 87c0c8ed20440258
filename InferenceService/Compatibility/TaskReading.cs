using System.Security.Claims;
using System.Text.Json;
using InferenceService.Predictions;
using InferenceService.Tasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace InferenceService.Compatibility;

/// <summary><c>GET /task/{id}</c>: the scores of a task, or of what <c>POST /prediction</c> answered at once.</summary>
public static class TaskReading
{
    private const int MaxScores = 10_000; // more are read as a stream: GET /v1/tasks/{id}/results

    public static void MapTaskReading(this IEndpointRouteBuilder app) =>
        app.MapGet("/task/{id:guid}", GetAsync).RequireAnyScope(Scopes.Predict, Scopes.Feedback).WithTags("Compatibility")
            .WithName("GetScores").WithSummary("Status, scores and ranking of a task, or of an answer of /prediction.").ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<ReportScoring.Scored>> GetAsync(Guid id, ClaimsPrincipal user, InferenceDb db, ResultStream results, CancellationToken cancellation)
    {
        var task = await db.Tasks.AsNoTracking().Of(user).SingleOrDefaultAsync(task => task.Id == id, cancellation);
        return TypedResults.Ok(task is not null
            ? await OfTaskAsync(task, results, cancellation)
            : await OfAnswerAsync(db.Predictions.AsNoTracking().Of(user), id, cancellation) ?? throw ProblemException.NotFound("task"));
    }

    private static async Task<ReportScoring.Scored> OfTaskAsync(TaskRecord task, ResultStream results, CancellationToken cancellation)
    {
        var lines = (await results.ReadAsync(task.Id, 0, MaxScores, cancellation)).Select(line => JsonSerializer.Deserialize<ResultLine>(line, EventJson.Options)!).ToList();
        return ReportScoring.Scored.From(
            task.Id, task.Status.ToString().ToLowerInvariant(), [.. lines.Select(line => line.Score)],
            lines.Where(line => line.Error is not null).ToDictionary(line => line.Index, line => line.Error!.Detail));
    }

    /// <summary>Null: there is none. Of a row that failed nothing is on record; its score is null.</summary>
    private static async Task<ReportScoring.Scored?> OfAnswerAsync(IQueryable<PredictionRecord> mine, Guid request, CancellationToken cancellation)
    {
        var rows = await mine.Where(p => p.RequestId == request).OrderBy(p => p.Item)
            .Select(p => new { p.Item, p.Score }).ToListAsync(cancellation);
        if (rows.Count == 0)
            return null;
        var scores = new double?[rows[^1].Item + 1];
        foreach (var row in rows)
            scores[row.Item] = row.Score;
        return ReportScoring.Scored.From(request, "succeeded", scores, errors: []);
    }
}
