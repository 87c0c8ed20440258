namespace InferenceSuite.Contracts;

/// <summary>An API key must not be accepted any more; gateways drop what they cached of it.</summary>
[EventType("apikey.revoked")]
public sealed record ApiKeyRevoked(Guid KeyId, string Caller, DateTimeOffset Time);
