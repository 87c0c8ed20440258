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
        TypedResults.Ok(await Servable(db, db.Versions.Where(v => v.Model == model && v.Version == version && v.State != VersionState.Refused && db.Models.Any(m => m.Name == model && m.RetiredAt == null))).SingleOrDefaultAsync(cancellation)
            ?? throw ProblemException.NotFound("version"));

    private static IQueryable<ServableVersion> Servable(TrainingDb db, IQueryable<ModelVersion> versions) =>
        versions.AsNoTracking().OrderBy(v => v.Model).Select(v => new ServableVersion(
            v.Model, v.Version, v.Sha256, v.Bytes, v.Manifest,
            db.History.Where(e => e.Subject == v.Model).OrderByDescending(e => e.Seq).Select(e => e.Hash).FirstOrDefault(),
            v.PromotedAt,
            db.Models.Where(m => m.Name == v.Model).Select(m => m.Owner).First(),
            db.Models.Where(m => m.Name == v.Model && m.SuspendedAt != null).Select(m => new Suspension(m.SuspendedReason!, m.SuspendedAt!.Value)).FirstOrDefault()));
}

/// <summary>What it takes to serve a version; its file is StorageService's object <c>registry/{sha256}</c>.</summary>
/// <param name="Bytes">Size of the file.</param>
/// <param name="HistoryHead">Hash of the newest entry about the model.</param>
/// <param name="PromotedAt">Null for a version that was never live.</param>
/// <param name="Owner">Pseudonymous id of the only one it serves; null: everybody.</param>
/// <param name="Suspended">Absent unless the model must not predict for now.</param>
internal sealed record ServableVersion(
    string Model, string Version, string Sha256, long Bytes, JsonElement Manifest, string? HistoryHead, DateTimeOffset? PromotedAt, string? Owner, Suspension? Suspended);

/// <summary>The live version fell under its gate in use: prediction is refused until the model is resumed, or another version promoted.</summary>
internal sealed record Suspension(string Reason, DateTimeOffset Since);
