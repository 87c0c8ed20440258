using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Problems;

namespace InferenceService.Models;

/// <summary>What can be predicted with, and how to ask.</summary>
public static class ModelsApi
{
    public static void MapModels(this IEndpointRouteBuilder app)
    {
        var models = app.MapGroup("/v1/models").RequireKnownModel().WithTags("Models");
        models.MapGet("/", (ModelHost host, ClaimsPrincipal user) => TypedResults.Ok(new ModelList([.. host.Live.Where(m => host.MayKnow(m.Manifest.Name, user)).OrderBy(m => m.Manifest.Name, StringComparer.Ordinal).Select(served => ModelView.From(served, host))])))
            .WithName("ListModels").WithSummary("The models that serve now and that you may use.");
        models.MapGet("/{model}", Get).WithName("GetModel").WithSummary("One model: task, labels or columns, metrics.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static Ok<ModelView> Get(string model, ModelHost host) =>
        TypedResults.Ok(ModelView.From(host.Find(model) ?? throw ProblemException.NotFound("model"), host));

    public sealed record ModelList(IReadOnlyList<ModelView> Models);

    /// <summary>A manifest as callers see it: without what only the server needs.</summary>
    /// <param name="Version">The live one.</param>
    /// <param name="Loaded">Versions in memory, the live one first; others are loaded when <c>?version=</c> names them.</param>
    /// <param name="Suspended">Why it does not predict for now; absent when it does.</param>
    /// <param name="Accepts"><c>image</c>, <c>rows</c> or <c>tensors</c>.</param>
    /// <param name="Waiting">Items in its queue at this moment.</param>
    public sealed record ModelView(
        string Name, string Version, IReadOnlyList<string> Loaded, ModelTask Task, string Accepts, string? Description, IReadOnlyList<string>? Labels, IReadOnlyList<ColumnSpec>? Columns,
        Recording Recording, int MaxBatchSize, int Waiting, string? Suspended, string? Licence, IReadOnlyDictionary<string, double> Metrics)
    {
        public static ModelView From(ServedModel served, ModelHost host)
        {
            var manifest = served.Manifest;
            return new ModelView(
                manifest.Name, manifest.Version, [.. host.FindAll(manifest.Name).Select(version => version.Manifest.Version)], manifest.Task, manifest.TakesTensors ? "tensors" : manifest.TakesImages ? "image" : "rows", manifest.Description,
                manifest.Labels.Count > 0 ? manifest.Labels : null, manifest.Columns.Count > 0 ? manifest.Columns : null,
                manifest.Recording, served.MaxBatchSize, served.Waiting, served.Suspended?.Reason, manifest.Licence, manifest.Metrics);
        }
    }
}
