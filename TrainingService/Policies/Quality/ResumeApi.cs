using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.Registry;

namespace TrainingService.Policies.Quality;

/// <summary><c>POST /v1/registry/models/{model}/resume</c>: an admin lets a suspended model predict again.</summary>
internal static class ResumeApi
{
    public static void MapResume(this IEndpointRouteBuilder app) => app.MapPost("/v1/registry/models/{model}/resume", ResumeAsync)
        .RequireScope(Scopes.Admin).RequireAllowedModel().WithTags("Registry").WithName("ResumeModel")
        .WithSummary("Let a model predict again that was suspended because it fell under its gate in use.")
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

    private static async Task<NoContent> ResumeAsync(string model, ClaimsPrincipal user, Promotion promotion, CancellationToken cancellation) =>
        await promotion.ResumeAsync(model, "An admin resumed it.", user.CallerId(), cancellation)
            ? TypedResults.NoContent()
            : throw ProblemException.Conflict("not-suspended", $"'{model}' is not suspended.");
}
