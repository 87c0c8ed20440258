using System.Security.Claims;
using FeedbackService.Observations;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace FeedbackService.Feedback;

/// <summary><c>/v1/predictions/{id}/feedback</c>: what the caller thinks of one of their predictions. The last word counts.</summary>
public static class FeedbackApi
{
    public static void MapFeedback(this IEndpointRouteBuilder app)
    {
        var feedback = app.MapGroup("/v1/predictions/{id:guid}/feedback").RequireScope(Scopes.Feedback).WithTags("Feedback").ProducesProblem(StatusCodes.Status404NotFound);
        feedback.MapPut("/", PutAsync).WithName("PutFeedback").WithSummary("Judge a predicted item by its id.").ProducesProblem(StatusCodes.Status400BadRequest);
        feedback.MapGet("/", GetAsync).WithName("GetFeedback").WithSummary("The feedback given on an item.");
    }

    private static async Task<Ok<FeedbackView>> PutAsync(
        Guid id, FeedbackRequest request, HttpContext context, ClaimsPrincipal user, FeedbackDb db, ObservationStore observations, PredictionsClient predictions, TimeProvider time, CancellationToken cancellation)
    {
        request.Check();
        var caller = user.CallerId();
        var observed = await db.Observations.AsNoTracking().SingleOrDefaultAsync(o => o.Id == id && o.Caller == caller, cancellation);
        if (observed is null)
        {
            observed = await AskInferenceAsync(predictions, id, caller, context.Request.Headers.Authorization.ToString(), cancellation);
            await observations.KeepAsync(observed, cancellation);
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        // Two at once on one item: the second waits here for the first.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM observations WHERE id = {id} FOR UPDATE", cancellation);
        var given = await db.Feedback.SingleOrDefaultAsync(f => f.PredictionId == id, cancellation);
        if (given?.Says(request) == true)
            return TypedResults.Ok(FeedbackView.From(given)); // said before: nothing new to announce

        var now = time.GetUtcNow();
        var judgement = new Judgement { PredictionId = id, Caller = caller, Correct = request.Correct, Label = request.Label, Rating = request.Rating, Comment = request.Comment, Time = now };
        if (given is null)
            db.Add(judgement);
        else
            db.Entry(given).CurrentValues.SetValues(judgement);
        db.Announce(
            new FeedbackReceived(id, caller, observed.Model, observed.Version, observed.Label, request.Correct, request.Label, request.Rating, now), id.ToString(), now);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return TypedResults.Ok(FeedbackView.From(judgement));
    }

    private static async Task<Ok<FeedbackView>> GetAsync(Guid id, ClaimsPrincipal user, FeedbackDb db, CancellationToken cancellation)
    {
        var given = await db.Feedback.AsNoTracking().SingleOrDefaultAsync(f => f.PredictionId == id && f.Caller == user.CallerId(), cancellation);
        return TypedResults.Ok(FeedbackView.From(given ?? throw ProblemException.NotFound("feedback")));
    }

    /// <summary>The event may be on its way still: only InferenceService's no is a no.</summary>
    private static async Task<Observation> AskInferenceAsync(PredictionsClient predictions, Guid id, string caller, string authorization, CancellationToken cancellation)
    {
        try
        {
            return await predictions.FindAsync(id, caller, authorization, cancellation) ?? throw ProblemException.NotFound("prediction item");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("inference-unavailable", "This prediction is not known here yet and InferenceService does not answer.", TimeSpan.FromSeconds(2));
        }
    }
}
