using AuthService.Users;
using ServiceDefaults.Problems;

namespace AuthService.Admin;

/// <summary>A user as administrators see them.</summary>
public sealed record UserSummary(Guid Id, string Email, string Role, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt, ConsentState Consent)
{
    public static UserSummary Of(User user) => new(user.Id, user.Email, user.Role, user.CreatedAt, user.DisabledAt, user.Consent);
}

/// <param name="LockedUntil">After too many failed sign-ins; absent: not locked.</param>
/// <param name="ActiveKeys">API keys that are neither revoked nor expired.</param>
/// <param name="OneTimePasswordUntil">Set: an administrator reset the password and it was not replaced yet.</param>
public sealed record UserDetails(
    Guid Id, string Email, string Role, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt, ConsentState Consent,
    DateTimeOffset? LockedUntil, int ActiveKeys, DateTimeOffset? OneTimePasswordUntil);

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
public sealed record UserPage(IReadOnlyList<UserSummary> Items, string? Next);

/// <param name="Role">Absent: as it is.</param>
/// <param name="Disabled">True: can't sign in, and no key or session of theirs works. Absent: as it is.</param>
public sealed record UserPatch(string? Role, bool? Disabled)
{
    /// <exception cref="ProblemException">400 naming the field.</exception>
    public void Validate()
    {
        if (this is { Role: null, Disabled: null })
            throw ProblemException.Invalid("role", "Send 'role', 'disabled' or both.");
        if (Role is not null && !Roles.All.Contains(Role))
            throw ProblemException.Invalid("role", $"A role is one of: {string.Join(", ", Roles.All)}.");
    }
}

/// <param name="Password">In this answer and never again; good for choosing another one at <c>/token</c>, until <paramref name="ExpiresAt"/>.</param>
public sealed record OneTimePassword(string Password, DateTimeOffset ExpiresAt);
