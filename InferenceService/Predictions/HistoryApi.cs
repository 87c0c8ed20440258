using System.Security.Claims;
using InferenceService.Images;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>The caller's own past predictions. Not there and not theirs is one answer.</summary>
public static class HistoryApi
{
    private static readonly TimeSpan StorageDeadline = TimeSpan.FromSeconds(5); // until the first byte

    public static void MapHistory(this IEndpointRouteBuilder app)
    {
        var history = app.MapGroup("/v1/predictions").RequireAnyScope(Scopes.Predict, Scopes.Feedback).WithTags("History").ProducesProblem(StatusCodes.Status404NotFound);
        history.MapGet("/{id:guid}", GetAsync).WithName("GetPrediction").WithSummary("By a request's id all its items, by an item's id that one.");
        history.MapGet("/", ListAsync).WithName("ListPredictions").WithSummary("Filter, sort by time (newest first), confidence (lowest first) or totalMs (slowest first), page by cursor.");
        history.MapGet("/{id:guid}/image", GetImageAsync).WithName("GetPredictionImage").WithSummary("The image of an item, as it was sent.").Produces<byte[]>(StatusCodes.Status200OK, "image/jpeg", "image/png", "image/webp", "image/gif", "image/tiff", "image/bmp", "image/avif");
    }

    private static async Task<Ok<PredictionAnswer>> GetAsync(Guid id, ClaimsPrincipal user, InferenceDb db, CancellationToken cancellation)
    {
        var items = await db.Predictions.AsNoTracking().Of(user)
            .Where(p => p.RequestId == id || p.Id == id)
            .OrderBy(p => p.Item)
            .ToListAsync(cancellation);
        if (items.Count == 0)
            throw ProblemException.NotFound("prediction");
        var first = items[0];
        return TypedResults.Ok(new PredictionAnswer(
            first.RequestId, first.Model, first.Version, items.ConvertAll(item => item.ToAnswer()), PredictionAnswer.Slowest(items.Select(item => item.ReadTimings())), first.CreatedAt));
    }

    private static async Task<Ok<HistoryPage>> ListAsync([AsParameters] HistoryQuery query, ClaimsPrincipal user, InferenceDb db, CancellationToken cancellation)
    {
        var mine = query.Filter(db.Predictions.AsNoTracking().Of(user));
        return TypedResults.Ok(HistoryPage.From(await query.Page(mine).ToListAsync(cancellation), query));
    }

    private static async Task<Results<FileContentHttpResult, FileStreamHttpResult>> GetImageAsync(
        Guid id, ClaimsPrincipal user, InferenceDb db, ObjectStoreClient objects, HttpContext context, CancellationToken cancellation)
    {
        var item = await db.Predictions.AsNoTracking().Of(user).SingleOrDefaultAsync(p => p.Id == id, cancellation)
            ?? throw ProblemException.NotFound("prediction item");
        return await ReadImageAsync(item, db, objects, context, cancellation);
    }

    /// <exception cref="ProblemException">404: none is kept. 503: StorageService does not answer.</exception>
    internal static async Task<Results<FileContentHttpResult, FileStreamHttpResult>> ReadImageAsync(
        PredictionRecord item, InferenceDb db, ObjectStoreClient objects, HttpContext context, CancellationToken cancellation)
    {
        var input = item.ReadInput();
        if (input.Object is null)
            throw new ProblemException(StatusCodes.Status404NotFound, "no-image", "No image is kept of this prediction.");

        // Until it was moved, the image is here.
        var pending = await db.PendingImages.AsNoTracking().SingleOrDefaultAsync(image => image.Owner == item.Owner && image.Sha256 == input.Sha256, cancellation);
        if (pending is not null)
            return TypedResults.File(pending.Bytes, pending.ContentType);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        inTime.CancelAfter(StorageDeadline);
        try
        {
            var stored = await objects.GetAsync(item.Owner, input.Sha256!, inTime.Token)
                ?? throw new ProblemException(StatusCodes.Status404NotFound, "no-image", "The image's retention time is over.");
            context.Response.RegisterForDispose(stored);
            return TypedResults.Stream(await stored.Content.ReadAsStreamAsync(cancellation), $"image/{input.Format}");
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw ProblemException.Unavailable("storage-unavailable", "StorageService does not answer.", TimeSpan.FromSeconds(2));
        }
    }
}
