using System.Security.Claims;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Models;

/// <summary>
/// Who may know of a model. One that belongs to somebody is, to everybody else, as if it did not exist; admins and the suite itself see it. An API
/// key that was made for some models is for no other.
/// </summary>
internal static class ModelAccess
{
    /// <summary>403 or 404 for the route's <c>{model}</c>; routes without one are let through.</summary>
    public static TBuilder RequireKnownModel<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter(static (invocation, next) =>
        {
            if (invocation.HttpContext.GetRouteValue("model") is string model)
                invocation.HttpContext.RequestServices.GetRequiredService<ModelHost>().RequireModel(model, invocation.HttpContext.User);
            return next(invocation);
        });

    /// <exception cref="ProblemException">403: the key is for other models. 404: it is somebody else's.</exception>
    public static void RequireModel(this ModelHost host, string model, ClaimsPrincipal user)
    {
        user.RequireModel(model);
        if (!IsOpenTo(host.OwnerOf(model), user))
            throw ModelHost.Unknown(model);
    }

    public static bool MayKnow(this ModelHost host, string model, ClaimsPrincipal user) => user.MayKnow(model, host.OwnerOf(model));

    /// <param name="owner">Of a private model; null: it serves everybody.</param>
    public static bool MayKnow(this ClaimsPrincipal user, string model, string? owner) => user.MayUse(model) && IsOpenTo(owner, user);

    private static bool IsOpenTo(string? owner, ClaimsPrincipal user) =>
        owner is null || user.CallerId() == owner || user.IsInRole("admin") || user.IsInferringService();
}
