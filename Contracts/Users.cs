namespace InferenceSuite.Contracts;

/// <summary>Tokens of a user that were issued before <paramref name="Time"/> must not be accepted any more.</summary>
/// <param name="UserId">The pseudonymous id, as in a token's subject.</param>
/// <param name="Reason"><c>consent-withdrawn</c>, <c>consent-given</c>, <c>roles-changed</c>, <c>disabled</c>, <c>enabled</c>, <c>password-changed</c> or <c>signed-out</c>.</param>
[EventType("user.changed")]
public sealed record UserChanged(string UserId, string Reason, DateTimeOffset Time);
