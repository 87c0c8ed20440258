using System.Security.Claims;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceService.Tasks.Intake;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Idempotency;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;

namespace InferenceService.Tasks;

/// <summary>Work of any size: sent now, done later, read back while and after. Not there and not yours is one answer.</summary>
internal static class TasksApi
{
    public static void MapTasks(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/models/{model}/tasks", CreateAsync)
            .RequireScope(Scopes.Predict).RequireKnownModel().WithTags("Tasks")
            .WithName("CreateTask").WithSummary("Predict images or rows of any number later: a zip, images, NDJSON, CSV or {\"rows\": [...]}.")
            .TakesInputs()
            .WithMetadata(new DisableRequestSizeLimitAttribute()) // Tasks:MaxInputBytes, counted while it comes
            .AddEndpointFilter<RouteHandlerBuilder, TaskIntake>()
            .WithIdempotency<InferenceDb>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status429TooManyRequests)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

        // Whoever may not predict any more still reads what they have, and stops what runs.
        var tasks = app.MapGroup("/v1/tasks").RequireAnyScope(Scopes.Predict, Scopes.Feedback).WithTags("Tasks");
        tasks.MapGet("/", ListAsync).WithName("ListTasks").WithSummary("Your tasks, newest first; ?status= chooses, page by cursor.");
        tasks.MapGet("/{id:guid}", GetAsync).WithName("GetTask").WithSummary("How far a task is.").ProducesProblem(StatusCodes.Status404NotFound);
        tasks.MapDelete("/{id:guid}", CancelAsync).WithName("CancelTask").WithSummary("Cancel a task that is not finished; its results so far stay.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        tasks.MapGet("/{id:guid}/results", ReadResultsAsync).WithName("GetTaskResults").WithSummary("A line of JSON per item, in their order: those that are there, of a running task too. ?from= starts at an index.")
            .Produces<ResultLine>(StatusCodes.Status200OK, ResultStream.ContentType).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Accepted<TaskView>> CreateAsync(
        string model, string? version, int? top, HttpContext http, ClaimsPrincipal user, InferenceDb db, ItemQuota quota, WorkWatch<TaskLease> watch, TimeProvider time, CancellationToken cancellation)
    {
        if (top is < 1)
            throw ProblemException.Invalid("top", "'top' is how many labels to answer, at least 1.");
        var input = http.Features.Get<StoredInput>()!;
        await quota.TakeAsync(user.ItemQuotaKey(), input.Total, cancellation); // here, where a repeated request does not come
        var now = time.GetUtcNow();
        var task = new TaskRecord
        {
            Id = Guid.CreateVersion7(now),
            Owner = user.CallerId(),
            Model = model,
            Version = version,
            Top = top ?? PredictionRequest.DefaultTop,
            Status = TaskState.Queued,
            Kind = input.Kind,
            Sha256 = input.Sha256,
            Bytes = input.Bytes,
            Total = input.Total,
            CreatedAt = now,
        };
        db.Add(task);
        await db.SaveChangesAsync(cancellation);
        http.Response.OnCompleted(() => // behind the commit, which may be somebody else's
        {
            watch.Notify();
            return Task.CompletedTask;
        });
        http.Response.CountItems(task.Total);
        return TypedResults.Accepted($"/v1/tasks/{task.Id}", TaskView.From(task));
    }

    private static async Task<Ok<TaskView>> GetAsync(Guid id, ClaimsPrincipal user, InferenceDb db, CancellationToken cancellation) =>
        TypedResults.Ok(TaskView.From(await FindAsync(db, id, user, cancellation)));

    private static async Task<Ok<TaskPage>> ListAsync([AsParameters] TaskQuery query, ClaimsPrincipal user, InferenceDb db, CancellationToken cancellation)
    {
        var mine = db.Tasks.AsNoTracking().Of(user);
        return TypedResults.Ok(query.ToPage(await query.Page(mine).ToListAsync(cancellation)));
    }

    private static async Task<Ok<TaskView>> CancelAsync(Guid id, ClaimsPrincipal user, InferenceDb db, CancellationToken cancellation)
    {
        await FindAsync(db, id, user, cancellation);
        var cancelled = await db.CancelTaskAsync(id, cancellation);
        var task = await FindAsync(db, id, user, cancellation);
        return cancelled == 1
            ? TypedResults.Ok(TaskView.From(task))
            : throw ProblemException.Conflict("task-finished", $"The task is finished ({task.Status.ToString().ToLowerInvariant()}); there is nothing left to cancel.");
    }

    private static async Task<PushStreamHttpResult> ReadResultsAsync(Guid id, int? from, ClaimsPrincipal user, InferenceDb db, ResultStream results, HttpContext http, CancellationToken cancellation)
    {
        if (from is < 0)
            throw ProblemException.Invalid("from", "'from' is the index of the first item, at least 0.");
        var task = await FindAsync(db, id, user, cancellation);
        return TypedResults.Stream(body => results.WriteAsync(task.Id, from ?? 0, body, http.RequestAborted), ResultStream.ContentType);
    }

    private static async Task<TaskRecord> FindAsync(InferenceDb db, Guid id, ClaimsPrincipal user, CancellationToken cancellation) =>
        await db.Tasks.AsNoTracking().Of(user).SingleOrDefaultAsync(task => task.Id == id, cancellation) ?? throw ProblemException.NotFound("task");
}
