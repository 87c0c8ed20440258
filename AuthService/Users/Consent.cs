namespace AuthService.Users;

public enum ConsentState { None, Given, Withdrawn }

/// <summary>That a person agreed to a version of a text, and when they withdrew it. Rows are added and ended, never rewritten.</summary>
public sealed class Consent
{
    /// <summary>The text that registering asks for.</summary>
    public const string Terms = "terms";

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    public string Text { get; init; } = Terms;

    public required string Version { get; init; }

    public required DateTimeOffset GivenAt { get; init; }

    public DateTimeOffset? WithdrawnAt { get; set; }
}

/// <param name="Text">What was agreed to.</param>
public sealed record ConsentGiven(string Text, string Version, DateTimeOffset GivenAt, DateTimeOffset? WithdrawnAt = null)
{
    public static ConsentGiven Of(Consent consent) => new(consent.Text, consent.Version, consent.GivenAt, consent.WithdrawnAt);
}
