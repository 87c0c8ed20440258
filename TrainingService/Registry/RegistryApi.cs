using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.History;
using TrainingService.Evaluations;
using TrainingService.Registry.Uploads;

namespace TrainingService.Registry;

/// <summary>Models, their versions, how good they are and what is live. Scope <c>train</c> or <c>admin</c>.</summary>
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
        reading.MapGet("", ListAsync).WithName("ListRegisteredModels").WithSummary("All models, with what is live of them.");
        reading.MapGet("/{model}", GetAsync).WithName("GetRegisteredModel").WithSummary("A model's versions, newest first: state, lineage, figures.");
        reading.MapGet("/{model}/history", GetHistoryAsync).WithName("GetModelHistory").WithSummary("Who changed what about a model, and whether the record holds.");

        var model = registry.MapGroup("/{model}");
        model.MapPromotion();
        model.MapUploads();
        model.MapEvaluations();
        model.MapComparison();
    }

    private static async Task<Ok<List<ModelSummary>>> ListAsync(ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var allowed = user.AllowedModels();
        var models = db.Models.AsNoTracking().VisibleTo(user);
        if (allowed is not null)
            models = models.Where(m => allowed.Contains(m.Name));
        return TypedResults.Ok(await models.OrderBy(m => m.Name)
            .Select(m => new ModelSummary(
                m.Name,
                m.Task,
                db.Versions.Where(v => v.Model == m.Name && v.State == VersionState.Live).Select(v => v.Version).SingleOrDefault(),
                db.Versions.Count(v => v.Model == m.Name),
                m.CreatedAt,
                db.Datasets.Where(d => d.Number == m.Dataset).Select(d => (Guid?)d.Id).SingleOrDefault(),
                m.Owner != null,
                m.SuspendedAt == null ? null : new Suspension(m.SuspendedReason!, m.SuspendedAt.Value)))
            .ToListAsync(cancellation));
    }

    private static async Task<Ok<ModelDetails>> GetAsync(string model, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        var known = await db.Models.FindVisibleAsync(model, user, cancellation);
        var versions = await db.Versions.AsNoTracking().Where(v => v.Model == model).ToListAsync(cancellation);
        var guard = await db.Datasets.Where(d => d.Number == known.Dataset).Select(d => (Guid?)d.Id).SingleOrDefaultAsync(cancellation);
        var erased = await db.ErasedRowsAsync(model, cancellation);
        var evaluations = await db.NewestFiguresAsync(known, user, cancellation);
        return TypedResults.Ok(new ModelDetails(
            known.Name,
            known.Task,
            versions.SingleOrDefault(v => v.State == VersionState.Live)?.Version,
            guard,
            known.Owner is not null,
            known.SuspendedAt is { } since ? new Suspension(known.SuspendedReason!, since) : null,
            [.. versions.OrderByDescending(v => v.Version, VersionOrder.OldestFirst)
                .Select(v => VersionDetails.Of(v, erased.GetValueOrDefault(v.Version), evaluations.GetValueOrDefault(v.Version)))]));
    }

    private static async Task<Ok<ModelHistory>> GetHistoryAsync(string model, ClaimsPrincipal user, TrainingDb db, CancellationToken cancellation)
    {
        await db.Models.FindVisibleAsync(model, user, cancellation);
        var entries = await db.History.AsNoTracking().Where(e => e.Subject == model).OrderByDescending(e => e.Seq).ToListAsync(cancellation);
        return TypedResults.Ok(new ModelHistory(model, await db.VerifyHistoryAsync(cancellation), entries));
    }
}
