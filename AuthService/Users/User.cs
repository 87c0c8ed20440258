namespace AuthService.Users;

/// <summary>A person who can sign in. What callers see of it is <see cref="Profile"/>, which has no hash.</summary>
public sealed class User
{
    /// <summary>The pseudonymous id that the other services know the person by.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Email { get; init; }

    public required string PasswordHash { get; set; }

    /// <summary>Set: an administrator made the password; it is only good for choosing another, until then.</summary>
    public DateTimeOffset? OneTimeUntil { get; set; }

    public required string Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? DisabledAt { get; set; }

    /// <summary>What the newest of the <see cref="Users.Consent"/>s says; here too, so that one row tells what a token may.</summary>
    public ConsentState Consent { get; set; }
}

public sealed record Profile(Guid Id, string Email, string Role, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, ConsentGiven? Consent)
{
    public static Profile Of(User user, Consent? consent) => new(
        user.Id, user.Email, user.Role, Roles.ScopesOf(user.Role), user.CreatedAt, consent is null ? null : ConsentGiven.Of(consent));
}
