using System.Text.Json;
using InferenceService.Models;
using InferenceService.OpenInference.Requests;
using InferenceService.Predictions;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Repository;

/// <summary>The models there are, and which of them are in memory. Bodies are optional, whatever their declared type.</summary>
internal static class RepositoryApi
{
    private const int MaxBodyBytes = 16 * 1024;

    public static void MapRepository(this RouteGroupBuilder v2)
    {
        v2.MapPost("/repository/index", IndexAsync).WithName("RepositoryIndex").WithSummary("Every model, in memory or not; {\"ready\": true} for those that can be predicted with.");
        v2.MapPost("/repository/models/{model}/load", LoadAsync).RequireScope(Scopes.Admin).WithName("RepositoryModelLoad")
            .WithSummary("Load a model that was unloaded; returns when it serves.");
        v2.MapPost("/repository/models/{model}/unload", UnloadAsync).RequireScope(Scopes.Admin).WithName("RepositoryModelUnload")
            .WithSummary("Give a model's memory back until it is loaded again or the service restarts.");
    }

    private static async Task<Ok<List<IndexEntry>>> IndexAsync(HttpRequest http, ModelHost host, Residency residency, UploadBudget budget, CancellationToken cancellation)
    {
        var onlyReady = await ReadFlagAsync(http, "ready", budget, cancellation);
        var entries = host.All.Select(served => new IndexEntry(served.Manifest.Name, served.Manifest.Version, "READY", "")).ToList();
        if (!onlyReady)
        {
            entries.AddRange(residency.Wanted.Where(wanted => host.Find(wanted.Model) is null).Select(wanted => new IndexEntry(
                wanted.Model, wanted.Version, "UNAVAILABLE", residency.IsUnloaded(wanted.Model) ? "unloaded" : "not loaded; the event model.loadfailed says why")));
        }
        return TypedResults.Ok(entries.OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenBy(entry => entry.Version, StringComparer.Ordinal).ToList());
    }

    private static async Task<Ok> LoadAsync(string model, HttpRequest http, Residency residency, UploadBudget budget, CancellationToken cancellation)
    {
        using var body = await ReadAsync(http, budget, cancellation);
        if (body?.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("parameters", out var parameters)
            && parameters.ValueKind == JsonValueKind.Object && parameters.EnumerateObject().Any())
            throw new ProblemException(StatusCodes.Status501NotImplemented, "not-implemented", "A model is loaded as its package says; parameters of load are not supported.") { Field = "parameters" };
        await residency.LoadAsync(model, cancellation);
        return TypedResults.Ok();
    }

    private static async Task<Ok> UnloadAsync(string model, Residency residency, CancellationToken cancellation)
    {
        await residency.UnloadAsync(model, cancellation);
        return TypedResults.Ok();
    }

    private static async Task<bool> ReadFlagAsync(HttpRequest http, string name, UploadBudget budget, CancellationToken cancellation)
    {
        using var body = await ReadAsync(http, budget, cancellation);
        if (body is null)
            return false;
        if (body.RootElement.ValueKind != JsonValueKind.Object)
            throw ProblemException.Invalid("body", "The body must be an object.");
        return body.RootElement.TryGetProperty(name, out var flag) && flag.ValueKind switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw ProblemException.Invalid(name, $"'{name}' must be true or false."),
        };
    }

    /// <summary>Null for an empty body.</summary>
    private static async Task<JsonDocument?> ReadAsync(HttpRequest http, UploadBudget budget, CancellationToken cancellation)
    {
        using var memory = new RequestMemory(budget);
        var body = await RequestBody.ReadAsync(http, memory, MaxBodyBytes, cancellation);
        try
        {
            return body.IsEmpty ? null : JsonDocument.Parse(body.ToArray());
        }
        catch (JsonException e)
        {
            throw ProblemException.Invalid("body", $"The JSON can't be read: {e.Message}");
        }
    }

    /// <param name="State"><c>READY</c> or <c>UNAVAILABLE</c>.</param>
    internal sealed record IndexEntry(string Name, string Version, string State, string Reason);
}
