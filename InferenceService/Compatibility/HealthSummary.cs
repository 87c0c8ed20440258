using System.Text.Json.Serialization;
using InferenceService.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace InferenceService.Compatibility;

/// <summary><c>GET /health</c>: whether there is a model to predict with. Probes use <c>/health/ready</c>.</summary>
public static class HealthSummary
{
    public static void MapHealthSummary(this IEndpointRouteBuilder app) =>
        app.MapGet("/health", Get).AllowAnonymous().WithTags("Compatibility").WithSummary("Whether a model is loaded.");

    private static JsonHttpResult<Health> Get(ModelHost host) => host.Live.Any()
        ? TypedResults.Json(new Health("healthy", true))
        : TypedResults.Json(new Health("unhealthy", false), statusCode: StatusCodes.Status503ServiceUnavailable);

    public sealed record Health(string Status, [property: JsonPropertyName("model_loaded")] bool ModelLoaded);
}
