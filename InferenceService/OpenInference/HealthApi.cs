using InferenceService.Models;
using InferenceService.OpenInference.Repository;
using InferenceService.Registry;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using ServiceDefaults.Health;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference;

/// <summary>Whether the server and its models can do their job now: 200, or 503 with <c>false</c> in the same body.</summary>
internal static class HealthApi
{
    public static void MapHealth(this RouteGroupBuilder v2)
    {
        v2.MapGet("/health/live", () => TypedResults.Ok(new Liveness(true))).AllowAnonymous().WithName("ServerLive").WithSummary("The service answers.");
        v2.MapGet("/health/ready", ServerAsync).AllowAnonymous().WithName("ServerReady").WithSummary("What should serve does.")
            .Produces<Readiness>().Produces<Readiness>(StatusCodes.Status503ServiceUnavailable);
        v2.MapGet("/models/{model}/ready", (string model, ModelHost host, Residency residency, RegistryClient registry, CancellationToken cancellation) => ModelAsync(model, null, host, residency, registry, cancellation))
            .WithName("ModelReady").WithSummary("The model can be predicted with.").Produces<ModelReadiness>().Produces<ModelReadiness>(StatusCodes.Status503ServiceUnavailable);
        v2.MapGet("/models/{model}/versions/{version}/ready", ModelAsync).WithName("ModelVersionReady").WithSummary("The version is in memory.")
            .Produces<ModelReadiness>().Produces<ModelReadiness>(StatusCodes.Status503ServiceUnavailable);
    }

    private static async Task<JsonHttpResult<Readiness>> ServerAsync(HealthCheckService health, CancellationToken cancellation)
    {
        var report = await health.CheckHealthAsync(check => check.Tags.Contains(HealthExtensions.Ready), cancellation);
        var ready = report.Status != HealthStatus.Unhealthy;
        return TypedResults.Json(new Readiness(ready, Live: true), statusCode: StatusOf(ready));
    }

    private static async Task<JsonHttpResult<ModelReadiness>> ModelAsync(string model, string? version, ModelHost host, Residency residency, RegistryClient registry, CancellationToken cancellation)
    {
        var found = host.Find(model, version);
        var ready = found is { Suspended: null };
        if (found is null && !await MayBecomeReadyAsync(model, version, host, residency, registry, cancellation))
            throw new ProblemException(StatusCodes.Status404NotFound, "unknown-model", $"There is no model '{model}'{(version is null ? "" : $" in version '{version}'")}.");
        return TypedResults.Json(new ModelReadiness(model, ready), statusCode: StatusOf(ready));
    }

    /// <summary>A model that is wanted, or may still be; a version that the registry has.</summary>
    internal static async Task<bool> MayBecomeReadyAsync(string model, string? version, ModelHost host, Residency residency, RegistryClient registry, CancellationToken cancellation)
    {
        var known = !host.IsComplete || residency.Wanted.Any(wanted => wanted.Model == model);
        if (!known || version is null)
            return known;
        try
        {
            return await registry.FindAsync(model, version, cancellation) is not null;
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return true; // no answer, or none in the client's time: nobody can say that it does not exist
        }
    }

    private static int StatusOf(bool ready) => ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    internal sealed record Liveness(bool Live);

    internal sealed record Readiness(bool Ready, bool Live);

    internal sealed record ModelReadiness(string Name, bool Ready);
}
