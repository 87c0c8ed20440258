using System.ComponentModel.DataAnnotations;

namespace AuthService.Keys;

/// <summary><c>Auth:Keys</c>.</summary>
public sealed class KeyOptions
{
    /// <summary>Keys of one user that are neither revoked nor expired.</summary>
    [Range(1, 100_000)]
    public int MaxPerUser { get; init; } = 100;
}
