namespace AuthService.Users;

/// <summary>A person who can sign in. What callers see of it is <see cref="Profile"/>, which has no hash.</summary>
public sealed class User
{
    /// <summary>The pseudonymous id that the other services know the person by.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required string Email { get; init; }

    public required string PasswordHash { get; set; }

    public required string Role { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>That a person agreed to a version of the terms.</summary>
public sealed class Consent
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    public required string Version { get; init; }

    public required DateTimeOffset GivenAt { get; init; }

    public DateTimeOffset? WithdrawnAt { get; set; }
}

public sealed record Profile(Guid Id, string Email, string Role, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, ConsentGiven? Consent)
{
    public static Profile Of(User user, Consent? consent) => new(
        user.Id, user.Email, user.Role, Roles.ScopesOf(user.Role), user.CreatedAt,
        consent is null ? null : new ConsentGiven(consent.Version, consent.GivenAt));
}

public sealed record ConsentGiven(string Version, DateTimeOffset GivenAt);
