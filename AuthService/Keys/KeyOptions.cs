using System.ComponentModel.DataAnnotations;

namespace AuthService.Keys;

/// <summary><c>Auth:Keys</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>Keys of one user that are neither revoked nor expired.</summary>
    [Range(1, 100_000)]
    public int MaxPerUser { get; init; } = 100;

    /// <summary>The highest limit that users give their keys, as the gateway's <c>UserRequestsPerMinute</c>. Administrators may give more.</summary>
    [Range(1, 1_000_000)]
    public int MaxRequestsPerMinute { get; init; } = 6000;
}
