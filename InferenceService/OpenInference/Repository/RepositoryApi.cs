using System.Security.Claims;
using System.Text.Json;
using InferenceService.Models;
using InferenceService.Predictions;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Repository;

/// <summary>The models there are, and which of them are in memory.</summary>
internal static class RepositoryApi
{
    public static void MapRepository(this RouteGroupBuilder v2)
    {
        v2.MapPost("/repository/index", IndexAsync).WithName("RepositoryIndex").WithSummary("Every model, in memory or not; {\"ready\": true} for those that can be predicted with.");
        v2.MapPost("/repository/models/{model}/load", LoadAsync).RequireScope(Scopes.Admin).WithName("RepositoryModelLoad")
            .WithSummary("Load a model that was unloaded; returns when it serves.");
        v2.MapPost("/repository/models/{model}/unload", UnloadAsync).RequireScope(Scopes.Admin).WithName("RepositoryModelUnload")
            .WithSummary("Give a model's memory back until it is loaded again or the service restarts.");
    }

    private static async Task<Ok<List<IndexEntry>>> IndexAsync(HttpRequest http, ClaimsPrincipal user, ModelHost host, Residency residency, UploadBudget budget, CancellationToken cancellation)
    {
        var onlyReady = await RepositoryBody.PropertyAsync(http, "ready", budget, cancellation) is { } ready && ready.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw ProblemException.Invalid("ready", "'ready' must be true or false."),
        };
        var entries = host.All.Where(served => served.Suspended is null).Select(served => new IndexEntry(served.Manifest.Name, served.Manifest.Version, "READY", "")).ToList();
        if (!onlyReady)
        {
            entries.AddRange(host.All.Where(served => served.Suspended is not null).Select(served => new IndexEntry(
                served.Manifest.Name, served.Manifest.Version, "UNAVAILABLE", $"suspended: {served.Suspended?.Reason}")));
            entries.AddRange(residency.Wanted.Where(wanted => host.Find(wanted.Model) is null).Select(wanted => new IndexEntry(
                wanted.Model, wanted.Version, "UNAVAILABLE", residency.IsUnloaded(wanted.Model) ? "unloaded" : "not loaded; the event model.loadfailed says why")));
        }
        return TypedResults.Ok(entries.Where(entry => host.MayKnow(entry.Name, user)).OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenBy(entry => entry.Version, StringComparer.Ordinal).ToList());
    }

    private static async Task<Ok> LoadAsync(string model, HttpRequest http, Residency residency, UploadBudget budget, CancellationToken cancellation)
    {
        var parameters = await RepositoryBody.PropertyAsync(http, "parameters", budget, cancellation);
        if (parameters is { ValueKind: JsonValueKind.Object } given && given.EnumerateObject().Any())
            throw new ProblemException(StatusCodes.Status501NotImplemented, "not-implemented", "A model is loaded as its package says; parameters of load are not supported.") { Field = "parameters" };
        await residency.LoadAsync(model, cancellation);
        return TypedResults.Ok();
    }

    private static async Task<Ok> UnloadAsync(string model, Residency residency, CancellationToken cancellation)
    {
        await residency.UnloadAsync(model, cancellation);
        return TypedResults.Ok();
    }

    /// <param name="State"><c>READY</c> or <c>UNAVAILABLE</c>.</param>
    internal sealed record IndexEntry(string Name, string Version, string State, string Reason);
}
