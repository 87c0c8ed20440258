namespace InferenceSuite.Contracts;

/// <summary>What tokens say of a user has changed: those issued before <paramref name="Time"/> are not accepted any more.</summary>
/// <param name="UserId">The pseudonymous id, as in the tokens' <c>sub</c>.</param>
/// <param name="Reason">One of <see cref="UserChanges"/>.</param>
/// <param name="Time">To the millisecond, as the tokens' <c>iat</c> is.</param>
[EventType("user.changed")]
public sealed record UserChanged(string UserId, string Reason, DateTimeOffset Time);

/// <summary>The reasons that a <see cref="UserChanged"/> has.</summary>
public static class UserChanges
{
    public const string ConsentWithdrawn = "consent-withdrawn";
    public const string ConsentGiven = "consent-given";
    public const string RolesChanged = "roles-changed";
    public const string Disabled = "disabled";
    public const string Enabled = "enabled";
    public const string PasswordChanged = "password-changed";
    public const string SignedOut = "signed-out";
}
