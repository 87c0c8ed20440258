using System.Linq.Expressions;
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

    /// <summary>The only models it may be used with; null: all.</summary>
    public string[]? Models { get; init; }

    /// <summary>Requests a day (UTC); null: any number.</summary>
    public long? DailyRequests { get; init; }

    /// <summary>Predicted items a day (UTC); null: any number.</summary>
    public long? DailyItems { get; init; }

    /// <summary>Neither revoked nor expired.</summary>
    public static Expression<Func<ApiKey, bool>> IsActive(DateTimeOffset now) => key => key.RevokedAt == null && (key.ExpiresAt == null || key.ExpiresAt > now);
}

public sealed record ApiKeyView(
    Guid Id, string Name, string Prefix, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Models, DateTimeOffset CreatedAt, DateTimeOffset? LastUsedAt,
    DateTimeOffset? ExpiresAt, int? RequestsPerMinute, DailyQuota? DailyQuota)
{
    public static ApiKeyView Of(ApiKey key) => new(
        key.Id, key.Name, key.Prefix, key.Scopes, key.Models, key.CreatedAt, key.LastUsedAt, key.ExpiresAt, key.RequestsPerMinute, DailyQuota.Of(key));
}

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
public sealed record ApiKeyPage(IReadOnlyList<ApiKeyView> Items, string? Next);

/// <param name="Key">The key, in this answer and never again.</param>
public sealed record ApiKeyCreated(
    Guid Id, string Name, string Prefix, string? Key, IReadOnlyList<string> Scopes, IReadOnlyList<string>? Models, DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt, int? RequestsPerMinute, DailyQuota? DailyQuota) : IShownOnce
{
    public static ApiKeyCreated Of(ApiKey key, string secret) => new(
        key.Id, key.Name, key.Prefix, secret, key.Scopes, key.Models, key.CreatedAt, key.ExpiresAt, key.RequestsPerMinute, DailyQuota.Of(key));

    public object WithoutSecret() => this with { Key = null };
}
