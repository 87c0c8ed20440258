using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService.Datasets;
using TrainingService.Runs.Queue;
using TrainingService.Runs.Requests;
using TrainingService.Runs.Views;

namespace TrainingService.Runs;

/// <summary>Trainings and evaluations: started, watched, cancelled. Who sees a data set sees its runs.</summary>
internal static class RunsApi
{
    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var dataset = app.MapGroup("/v1/datasets/{dataset}/runs").RequireScope(Scopes.Train).WithTags("Runs")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
        dataset.MapPost("/", CreateAsync).WithName("CreateRun").WithSummary("Train a model on the data set's labels as they are now.")
            .WithDescription("The run waits in a queue. Its result is a version of a model, checked and judged on the reference set; with promote it goes live if it passes the data set's gates.")
            .WithIdempotency<TrainingDb>()
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        dataset.MapGet("/", ListAsync).WithName("ListRuns").WithSummary("The data set's runs with their figures, newest first: how good its models were on how many labels.")
            .ProducesProblem(StatusCodes.Status400BadRequest);

        var one = app.MapGroup("/v1/runs/{id:guid}").RequireScope(Scopes.Train).WithTags("Runs")
            .ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);
        one.MapGet("/", GetAsync).WithName("GetRun").WithSummary("How far a run is, and what came of it.");
        one.MapGet("/events", FollowAsync).WithName("FollowRun").WithSummary("The same as server-sent events: progress as it comes, end at the end.")
            .Produces<RunView>(StatusCodes.Status200OK, "text/event-stream");
        one.MapDelete("/", CancelAsync).WithName("CancelRun").WithSummary("Cancel a run that is not finished.").ProducesProblem(StatusCodes.Status409Conflict);
        one.MapReports();
    }

    /// <exception cref="ProblemException">404: there is none, or its data set is not theirs to see.</exception>
    public static async Task<(Run Run, Guid Dataset)> FindAsync(this TrainingDb db, Guid id, ClaimsPrincipal user, CancellationToken cancellation)
    {
        var found = await db.Runs.AsNoTracking().Where(run => run.Id == id)
            .Join(db.Datasets.VisibleTo(user), run => run.Dataset, dataset => dataset.Number, (run, dataset) => new { Run = run, Dataset = dataset.Id })
            .SingleOrDefaultAsync(cancellation);
        return found is null ? throw ProblemException.NotFound("run") : (found.Run, found.Dataset);
    }

    private static async Task<Accepted<RunView>> CreateAsync(
        string dataset, CreateRun request, HttpContext http, ClaimsPrincipal user, TrainingDb db, RunIntake intake, WorkWatch<Run> watch, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        var run = await intake.TrainAsync(found, request, mayBind: user.IsInRole("admin"), user.CallerId(), cancellation);
        http.Response.OnCompleted(() => // behind the commit, which may be somebody else's
        {
            watch.Notify();
            return Task.CompletedTask;
        });
        return TypedResults.Accepted($"/v1/runs/{run.Id}", RunView.From(run, found.Id));
    }

    private static async Task<Ok<RunPage>> ListAsync(string dataset, [AsParameters] RunPageQuery query, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var found = await db.Datasets.AsNoTracking().FindAsync(dataset, user, cancellation);
        return TypedResults.Ok(await query.ReadAsync(db, found.Number, cancellation));
    }

    private static async Task<Ok<RunView>> GetAsync(Guid id, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var (run, dataset) = await db.FindAsync(id, user, cancellation);
        return TypedResults.Ok(RunView.From(run, dataset));
    }

    private static async Task<ServerSentEventsResult<RunView>> FollowAsync(Guid id, ClaimsPrincipal user, TrainingDb db, RunEvents events, HttpContext http, CancellationToken cancellation)
    {
        var (run, dataset) = await db.FindAsync(id, user, cancellation);
        return TypedResults.ServerSentEvents(events.FollowAsync(run, dataset, http.RequestAborted));
    }

    private static async Task<Ok<RunView>> CancelAsync(Guid id, ClaimsPrincipal user, TrainingDb db, RunStates states, CancellationToken cancellation)
    {
        var (run, _) = await db.FindAsync(id, user, cancellation);
        var cancelled = await states.CancelAsync(run, cancellation);
        var (now, dataset) = await db.FindAsync(id, user, cancellation);
        return cancelled
            ? TypedResults.Ok(RunView.From(now, dataset))
            : throw ProblemException.Conflict("run-finished", $"The run is finished ({now.Status.ToString().ToLowerInvariant()}); there is nothing left to cancel.");
    }
}
