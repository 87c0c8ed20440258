using System.Security.Claims;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace FeedbackService.Quality;

/// <summary><c>GET /v1/insights/quality</c>: the figures of <c>quality.measured</c>, as they are now.</summary>
internal static class QualityApi
{
    public static void AddQuality(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<QualityOptions>().BindConfiguration("Quality").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddScoped<QualityReader>();
        builder.Services.AddSingleton<QualitySignal>();
        builder.Services.AddHostedService<QualityMeasuring>();
    }

    public static void MapQuality(this IEndpointRouteBuilder app) => app.MapGet("/v1/insights/quality", GetAsync)
        .RequireScope(Scopes.Insights).WithTags("Insights").WithName("GetQuality")
        .WithSummary("How right a model's version is in use, by its last predictions that have feedback; without ?version= the one that was judged last.")
        .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<QualityMeasured>> GetAsync(string? model, string? version, ClaimsPrincipal user, QualityReader quality, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(model))
            throw ProblemException.Invalid("model", "'model' says which model is meant.");
        user.RequireModel(model);
        version ??= await quality.NewestVersionAsync(model, cancellation);
        var measured = version is null ? null : await quality.MeasureAsync(model, version, cancellation);
        return TypedResults.Ok(measured ?? throw ProblemException.NotFound("feedback on labels of that model and version"));
    }
}
