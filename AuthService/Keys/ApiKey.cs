using ServiceDefaults.Idempotency;

namespace AuthService.Keys;

/// <summary>A key as stored: by its hash. Lists show <see cref="ApiKeyView"/>; only its creation shows the key itself.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public required Guid UserId { get; init; }

    public required string Name { get; init; }

    /// <summary>The key's beginning, by which people recognise it and it is looked up.</summary>
    public required string Prefix { get; init; }

    public required byte[] Hash { get; init; }

    public required string[] Scopes { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>Null: the gateway's default for users.</summary>
    public int? RequestsPerMinute { get; init; }

    /// <summary>Requests a day; null: none.</summary>
    public int? DailyQuota { get; init; }
}

public sealed record ApiKeyView(
    Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt,
    DateTimeOffset? ExpiresAt, int? RequestsPerMinute, int? DailyQuota)
{
    public static ApiKeyView Of(ApiKey key) => new(
        key.Id, key.Name, key.Prefix, key.Scopes, key.CreatedAt, key.LastUsedAt, key.ExpiresAt, key.RequestsPerMinute, key.DailyQuota);
}

/// <param name="Key">The key, in this answer and never again.</param>
public sealed record ApiKeyCreated(
    Guid Id, string Name, string Prefix, string? Key, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt, int? RequestsPerMinute, int? DailyQuota) : IShownOnce
{
    public object WithoutSecret() => this with { Key = null };
}
