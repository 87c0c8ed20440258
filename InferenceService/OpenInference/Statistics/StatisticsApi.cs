using System.Security.Claims;
using InferenceService.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InferenceService.OpenInference.Statistics;

internal static class StatisticsApi
{
    public static void MapStatistics(this RouteGroupBuilder v2)
    {
        v2.MapGet("/models/stats", (InferenceMetrics metrics, ClaimsPrincipal user) => Answer(metrics, null, null, user)).WithName("ServerStatistics").WithSummary("What every model that you may use did since the service started.");
        v2.MapGet("/models/{model}/stats", (string model, ModelHost host, InferenceMetrics metrics, ClaimsPrincipal user) => Of(model, null, host, metrics, user))
            .WithName("ModelStatistics").WithSummary("What a model did since the service started: counts and nanoseconds.");
        v2.MapGet("/models/{model}/versions/{version}/stats", Of).WithName("ModelVersionStatistics").WithSummary("The same of one version.");
    }

    private static Ok<StatisticsAnswer> Of(string model, string? version, ModelHost host, InferenceMetrics metrics, ClaimsPrincipal user)
    {
        var served = host.Get(model, version); // 404 for what is not there
        metrics.Statistics.Of(served.Manifest); // one that did nothing yet has zeros to show
        return Answer(metrics, model, version, user);
    }

    private static Ok<StatisticsAnswer> Answer(InferenceMetrics metrics, string? model, string? version, ClaimsPrincipal user) =>
        TypedResults.Ok(new StatisticsAnswer([.. metrics.Statistics.Snapshot(model, version, user.MayKnow)]));
}
