namespace AuthService.Requests;

/// <summary>What came with a key on one day (UTC).</summary>
public sealed class KeyUsage
{
    public required Guid KeyId { get; init; }

    public required DateOnly Day { get; init; }

    public long Requests { get; init; }

    public long Items { get; init; }

    /// <summary>Requests that were turned away: over a limit or a quota.</summary>
    public long Refused { get; init; }
}
