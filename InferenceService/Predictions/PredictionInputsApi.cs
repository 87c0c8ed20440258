using System.Text.Json;
using InferenceService.Images;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>
/// What was predicted on, for the suite itself: TrainingService makes a label of a prediction that its caller corrected. Not routed by the gateway.
/// </summary>
internal static class PredictionInputsApi
{
    public static void MapPredictionInputs(this IEndpointRouteBuilder app)
    {
        var inputs = app.MapGroup("/internal/predictions/{id:guid}").RequireScope(Scopes.Service.Predictions).ExcludeFromDescription();
        inputs.MapGet("/input", GetAsync);
        inputs.MapGet("/image", GetImageAsync);
    }

    private static async Task<Ok<KeptInput>> GetAsync(Guid id, InferenceDb db, CancellationToken cancellation)
    {
        var item = await FindAsync(id, db, cancellation);
        var input = item.ReadInput();
        return TypedResults.Ok(new KeptInput(item.Owner, item.Model, item.Version, input.Kind, input.Row));
    }

    private static async Task<Results<FileContentHttpResult, FileStreamHttpResult>> GetImageAsync(Guid id, InferenceDb db, ObjectStoreClient objects, HttpContext context, CancellationToken cancellation) =>
        await HistoryApi.ReadImageAsync(await FindAsync(id, db, cancellation), db, objects, context, cancellation);

    private static async Task<PredictionRecord> FindAsync(Guid id, InferenceDb db, CancellationToken cancellation) =>
        await db.Predictions.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, cancellation) ?? throw ProblemException.NotFound("prediction item");

    /// <param name="Caller">Pseudonymous id of whose prediction it is.</param>
    /// <param name="Kind"><c>image</c>, <c>row</c> or <c>tensor</c>.</param>
    /// <param name="Row">Absent when it was too large to keep, and for what is no row.</param>
    internal sealed record KeptInput(string Caller, string Model, string Version, string Kind, JsonElement? Row);
}
