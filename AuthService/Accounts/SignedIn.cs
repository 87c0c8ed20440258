using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.Accounts;

public static class SignedIn
{
    /// <summary>Refuses API keys: one that got into wrong hands must not make itself another, nor take the account over.</summary>
    public static TBuilder RequireSignIn<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddEndpointFilter((invocation, next) => invocation.HttpContext.User.ApiKeyId() is null
            ? next(invocation)
            : throw new ProblemException(StatusCodes.Status403Forbidden, "sign-in-needed", "This is for a signed-in user, not for a key."));
}
