using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>What InferenceService asks at start and after <c>model.promoted</c>: everything that should serve now. Not routed by the gateway.</summary>
internal static class LiveModelsApi
{
    public static void MapLiveModels(this IEndpointRouteBuilder app)
    {
        var registry = app.MapGroup("/internal/registry").RequireScope(Scopes.Service.Registry).ExcludeFromDescription();
        registry.MapGet("/live", LiveAsync);
        registry.MapGet("/models/{model}/versions/{version}", GetAsync);
    }

    private static async Task<Ok<List<ServableVersion>>> LiveAsync(TrainingDb db, RegistryImport import, CancellationToken cancellation) =>
        // Half a list would be followed like a whole one.
        !import.Finished ? throw ProblemException.Unavailable("not-ready", "The first import of models has not finished.", TimeSpan.FromSeconds(1))
        : TypedResults.Ok(await Servable(db, db.Versions.Where(v => v.State == VersionState.Live)).ToListAsync(cancellation));

    private static async Task<Ok<ServableVersion>> GetAsync(string model, string version, TrainingDb db, CancellationToken cancellation) =>
        TypedResults.Ok(await Servable(db, db.Versions.Where(v => v.Model == model && v.Version == version && v.State != VersionState.Refused)).SingleOrDefaultAsync(cancellation)
            ?? throw ProblemException.NotFound("version"));

    private static IQueryable<ServableVersion> Servable(TrainingDb db, IQueryable<ModelVersion> versions) =>
        versions.AsNoTracking().OrderBy(v => v.Model).Select(v => new ServableVersion(
            v.Model, v.Version, v.Sha256, v.Bytes, v.Manifest,
            db.History.Where(e => e.Subject == v.Model).OrderByDescending(e => e.Seq).Select(e => e.Hash).FirstOrDefault(),
            v.PromotedAt));
}

/// <summary>What it takes to serve a version; its file is StorageService's object <c>registry/{sha256}</c>.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="HistoryHead">Hash of the newest entry about the model.</param>
/// <param name="PromotedAt">Null for a version that was never live.</param>
internal sealed record ServableVersion(
    string Model, string Version, string Sha256, long Bytes, JsonElement Manifest, string? HistoryHead, DateTimeOffset? PromotedAt);
