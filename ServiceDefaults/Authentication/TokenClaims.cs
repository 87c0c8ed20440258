namespace ServiceDefaults.Authentication;

/// <summary>Who a token speaks for and what it allows.</summary>
/// <param name="Subject">Pseudonymous id of the principal: a user's id, <c>guest</c>, or a service's name.</param>
/// <param name="Roles"><c>user</c>, <c>analyst</c>, <c>admin</c>, <c>guest</c> or <c>service</c>.</param>
/// <param name="KeyId">The API key it was exchanged for, if any.</param>
public sealed record TokenClaims(
    string Subject, IReadOnlyList<string> Roles, IReadOnlyList<string> Scopes, Guid? KeyId, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt)
{
    /// <summary>The only models that it may be used with; null: all.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>The key has a daily quota of items, so whoever runs items takes them from it first.</summary>
    public bool HasItemQuota { get; init; }

    /// <summary>The sign-in that it comes from, through all renewals; null: none, as with a key, a guest or a service.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>Why <c>predict</c> is not among the scopes although the role has it; null: it is.</summary>
    public ConsentGap? ConsentGap { get; init; }
}

/// <summary>What a user's consent lacks.</summary>
public enum ConsentGap { Missing, Withdrawn }
