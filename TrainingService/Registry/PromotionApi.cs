using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.Evaluations;

namespace TrainingService.Registry;

/// <summary>What goes live, by somebody's decision.</summary>
internal static class PromotionApi
{
    public static void MapPromotion(this RouteGroupBuilder model)
    {
        var deciding = model.MapGroup("").RequireAnyScope(Scopes.Train, Scopes.Admin).ProducesProblem(StatusCodes.Status409Conflict);
        deciding.MapPost("/versions/{version}/promote", PromoteAsync).WithName("PromoteVersion")
            .WithSummary("Let a version serve, if it passes the gates of the data set that guards the model; an admin may force it, with a reason.")
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        deciding.MapPost("/rollback", RollBackAsync).WithName("RollBackModel").WithSummary("Back to the version that was live before; again: one further back.");
    }

    private static async Task<Ok<LiveVersion>> PromoteAsync(
        string model, string version, PromoteRequest? request, ClaimsPrincipal user, TrainingDb db, Gatekeeper gatekeeper, CancellationToken cancellation)
    {
        await db.RequireDecidesAsync(model, user, cancellation);
        if (request is not { Force: true })
            return Answer(await gatekeeper.PromoteAsync(model, version, user.CallerId(), cancellation));
        if (!user.HasScope(Scopes.Admin))
            throw new ProblemException(StatusCodes.Status403Forbidden, "missing-scope", "Overruling the gates needs the scope 'admin'.");
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > PromoteRequest.MaxReason)
            throw ProblemException.Unusable("reason", $"Overruling the gates needs a 'reason' of 1 to {PromoteRequest.MaxReason} characters, which goes on record.");
        return Answer(await gatekeeper.ForceAsync(model, version, user.CallerId(), request.Reason, cancellation));
    }

    private static async Task<Ok<LiveVersion>> RollBackAsync(string model, ClaimsPrincipal user, TrainingDb db, Promotion promotion, CancellationToken cancellation)
    {
        await db.RequireDecidesAsync(model, user, cancellation);
        return Answer(await promotion.RollBackAsync(model, user.CallerId(), cancellation));
    }

    private static Ok<LiveVersion> Answer(ModelVersion live) => TypedResults.Ok(new LiveVersion(live.Model, live.Version, live.PromotedAt!.Value));
}

/// <param name="Force">Whatever the gates say; for admins.</param>
/// <param name="Reason">Why, for the history; a person's name does not belong there.</param>
internal sealed record PromoteRequest(bool Force = false, string? Reason = null)
{
    public const int MaxReason = 500;
}
