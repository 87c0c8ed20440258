using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.History;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>Models, their versions and what is live. Reading takes scope <c>train</c> or <c>admin</c>, changing takes <c>admin</c>.</summary>
internal static class RegistryApi
{
    public static void MapRegistry(this IEndpointRouteBuilder app)
    {
        var registry = app.MapGroup("/v1/registry/models")
            .WithTags("Registry")
            .RequireAllowedModel()
            .ProducesProblem(StatusCodes.Status401Unauthorized)
            .ProducesProblem(StatusCodes.Status403Forbidden)
            .ProducesProblem(StatusCodes.Status404NotFound);

        var reading = registry.MapGroup("").RequireAnyScope(Scopes.Train, Scopes.Admin, Scopes.Service.Registry);
        reading.MapGet("", ListAsync);
        reading.MapGet("/{model}", GetAsync);
        reading.MapGet("/{model}/history", GetHistoryAsync);

        var changing = registry.MapGroup("/{model}").RequireScope(Scopes.Admin).ProducesProblem(StatusCodes.Status409Conflict);
        changing.MapPost("/versions/{version}/promote", PromoteAsync);
        changing.MapPost("/rollback", RollBackAsync);
    }

    private static async Task<Ok<List<ModelSummary>>> ListAsync(ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var allowed = user.AllowedModels();
        var models = db.Models.AsNoTracking();
        if (allowed is not null)
            models = models.Where(m => allowed.Contains(m.Name));
        return TypedResults.Ok(await models.OrderBy(m => m.Name)
            .Select(m => new ModelSummary(
                m.Name,
                m.Task,
                db.Versions.Where(v => v.Model == m.Name && v.State == VersionState.Live).Select(v => v.Version).SingleOrDefault(),
                db.Versions.Count(v => v.Model == m.Name),
                m.CreatedAt))
            .ToListAsync(cancellation));
    }

    private static async Task<Ok<ModelDetails>> GetAsync(string model, TrainingDb db, CancellationToken cancellation)
    {
        var known = await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == model, cancellation) ?? throw ProblemException.NotFound("model");
        var versions = await db.Versions.AsNoTracking().Where(v => v.Model == model).ToListAsync(cancellation);
        return TypedResults.Ok(new ModelDetails(
            known.Name,
            known.Task,
            versions.SingleOrDefault(v => v.State == VersionState.Live)?.Version,
            [.. versions.OrderByDescending(v => v.Version, VersionOrder.OldestFirst).Select(VersionDetails.Of)]));
    }

    private static async Task<Ok<ModelHistory>> GetHistoryAsync(string model, TrainingDb db, CancellationToken cancellation)
    {
        if (!await db.Models.AnyAsync(m => m.Name == model, cancellation))
            throw ProblemException.NotFound("model");
        var entries = await db.History.AsNoTracking().Where(e => e.Subject == model).OrderByDescending(e => e.Seq).ToListAsync(cancellation);
        return TypedResults.Ok(new ModelHistory(model, await db.VerifyHistoryAsync(cancellation), entries));
    }

    private static async Task<Ok<LiveVersion>> PromoteAsync(
        string model, string version, ClaimsPrincipal user, Promotion promotion, CancellationToken cancellation) =>
        Answer(await promotion.PromoteAsync(model, version, user.CallerId(), PromotionTerms.None, cancellation));

    private static async Task<Ok<LiveVersion>> RollBackAsync(
        string model, ClaimsPrincipal user, Promotion promotion, CancellationToken cancellation) =>
        Answer(await promotion.RollBackAsync(model, user.CallerId(), cancellation));

    private static Ok<LiveVersion> Answer(ModelVersion live) =>
        TypedResults.Ok(new LiveVersion(live.Model, live.Version, live.PromotedAt!.Value));
}
