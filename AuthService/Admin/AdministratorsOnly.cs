using AuthService.Users;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Admin;

public static class AdministratorsOnly
{
    /// <summary>The scope, and that the caller is an administrator at this moment: a token may be older than a demotion.</summary>
    public static TBuilder RequireAdministrator<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder
    {
        builder.RequireScope(Scopes.Admin);
        return builder.AddEndpointFilter(async (invocation, next) =>
        {
            var http = invocation.HttpContext;
            var standing = await http.RequestServices.GetRequiredService<Standings>().FindAsync(http.User.UserId(), http.RequestAborted);
            return standing?.Role == Roles.Admin
                ? await next(invocation)
                : throw new ProblemException(StatusCodes.Status403Forbidden, "missing-scope", "You are no administrator any more.");
        });
    }
}
