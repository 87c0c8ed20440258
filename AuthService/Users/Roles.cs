using ServiceDefaults.Authentication;

namespace AuthService.Users;

/// <summary>Every role may do what the one before may.</summary>
public static class Roles
{
    public const string User = "user";
    public const string Analyst = "analyst";
    public const string Admin = "admin";

    public static readonly IReadOnlyList<string> All = [User, Analyst, Admin];

    private static readonly string[] UserScopes = [Scopes.Predict, Scopes.Feedback];
    private static readonly string[] AnalystScopes = [.. UserScopes, Scopes.Insights, Scopes.Train];
    private static readonly string[] AdminScopes = [.. AnalystScopes, Scopes.Admin];

    public static IReadOnlyList<string> ScopesOf(string role) => role switch
    {
        User => UserScopes,
        Analyst => AnalystScopes,
        Admin => AdminScopes,
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "No such role."),
    };
}
