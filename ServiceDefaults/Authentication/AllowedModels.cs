using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Authentication;

/// <summary>Keeps an API key that was made for some models away from the others.</summary>
public static class AllowedModels
{
    /// <summary>403 for a caller whose key is not for the route's <c>{model}</c>; routes without one are let through.</summary>
    public static TBuilder RequireAllowedModel<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(static (invocation, next) =>
        {
            if (invocation.HttpContext.GetRouteValue("model") is string model)
                invocation.HttpContext.User.RequireModel(model);
            return next(invocation);
        });

    /// <exception cref="ProblemException">403 that names the model.</exception>
    public static void RequireModel(this ClaimsPrincipal user, string model)
    {
        if (!user.MayUse(model))
            throw new ProblemException(StatusCodes.Status403Forbidden, "model-not-allowed", $"This API key is not for the model '{model}'.");
    }
}
