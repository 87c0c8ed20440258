using System.Security.Claims;
using FeedbackService.Observations;
using FeedbackService.Quality;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace FeedbackService.Feedback;

/// <summary><c>/v1/predictions/{id}/feedback</c>: what the caller thinks of one of their predictions. The last word counts.</summary>
internal static class FeedbackApi
{
    public static void MapFeedback(this IEndpointRouteBuilder app)
    {
        var feedback = app.MapGroup("/v1/predictions/{id:guid}/feedback").RequireScope(Scopes.Feedback).WithTags("Feedback").ProducesProblem(StatusCodes.Status404NotFound);
        feedback.MapPut("/", PutAsync).WithName("PutFeedback").WithSummary("Judge a predicted item by its id.").ProducesProblem(StatusCodes.Status400BadRequest);
        feedback.MapGet("/", GetAsync).WithName("GetFeedback").WithSummary("The feedback given on an item.");
        feedback.MapDelete("/", DeleteAsync).WithName("DeleteFeedback").WithSummary("Take back what you said about an item. A label that was made of it goes too.");
    }

    private static async Task<Ok<FeedbackView>> PutAsync(
        Guid id, FeedbackRequest request, HttpContext context, ClaimsPrincipal user, FeedbackDb db, ObservationStore observations, PredictionsClient predictions,
        QualitySignal quality, IOptions<QualityOptions> options, TimeProvider time, CancellationToken cancellation)
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
        await db.LockItemAsync(id, cancellation);
        var given = await db.Feedback.SingleOrDefaultAsync(f => f.PredictionId == id, cancellation);
        if (given?.Says(request) == true)
            return TypedResults.Ok(FeedbackView.From(given)); // said before: nothing new to announce

        var now = time.GetUtcNow();
        var judgement = Judgement.Of(observed, request, now);
        if (given is null)
            db.Add(judgement);
        else
            db.Entry(given).CurrentValues.SetValues(judgement);
        db.Announce(
            new FeedbackReceived(id, caller, observed.Model, observed.Version, observed.Label, request.Correct, request.Label, request.Rating, now), id.ToString(), now);
        await db.SaveChangesAsync(cancellation);
        await db.MarkForMeasuringAsync(observed.Model, observed.Version, options.Value, now, cancellation);
        await transaction.CommitAsync(cancellation);
        quality.Notify();
        return TypedResults.Ok(FeedbackView.From(judgement));
    }

    private static async Task<NoContent> DeleteAsync(
        Guid id, ClaimsPrincipal user, FeedbackDb db, QualitySignal quality, IOptions<QualityOptions> options, TimeProvider time, CancellationToken cancellation)
    {
        var caller = user.CallerId();
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.LockItemAsync(id, cancellation);
        var given = await db.Feedback.SingleOrDefaultAsync(f => f.PredictionId == id && f.Caller == caller, cancellation) ?? throw ProblemException.NotFound("feedback");
        var (about, now) = (await db.Observations.AsNoTracking().SingleAsync(o => o.Id == id, cancellation), time.GetUtcNow());
        db.Remove(given);
        db.Announce(new FeedbackRemoved(id, caller, about.Model, about.Version, now), id.ToString(), now);
        await db.SaveChangesAsync(cancellation);
        await db.MarkForMeasuringAsync(about.Model, about.Version, options.Value, now, cancellation);
        await transaction.CommitAsync(cancellation);
        quality.Notify();
        return TypedResults.NoContent();
    }

    private static async Task<Ok<FeedbackView>> GetAsync(Guid id, ClaimsPrincipal user, FeedbackDb db, CancellationToken cancellation)
    {
        var given = await db.Feedback.AsNoTracking().SingleOrDefaultAsync(f => f.PredictionId == id && f.Caller == user.CallerId(), cancellation);
        return TypedResults.Ok(FeedbackView.From(given ?? throw ProblemException.NotFound("feedback")));
    }

    /// <summary>Two at once on one item: the second waits here for the first.</summary>
    private static Task LockItemAsync(this FeedbackDb db, Guid id, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT 1 FROM observations WHERE id = {id} FOR UPDATE", cancellation);

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
