namespace AuthService.Requests;

/// <summary>A request as the gateway saw it: the row, what the gateway sends, and what administrators read.</summary>
public sealed class LoggedRequest
{
    /// <summary>Given by the gateway, so that a record that is sent twice is one.</summary>
    public required Guid Id { get; init; }

    public required DateTimeOffset Time { get; init; }

    public required string RequestId { get; init; }

    public required string Method { get; init; }

    /// <summary>Without the query string.</summary>
    public required string Path { get; init; }

    /// <summary>The gateway's route; absent: nothing was there.</summary>
    public string? Route { get; init; }

    /// <summary>499: the caller went away before the answer.</summary>
    public required int Status { get; init; }

    public required double Milliseconds { get; init; }

    public required long BytesIn { get; init; }

    public required long BytesOut { get; init; }

    /// <summary>Predicted items.</summary>
    public required int Items { get; init; }

    /// <summary>A user's id, or <c>guest</c>; absent: nobody was let in.</summary>
    public string? Principal { get; init; }

    public Guid? KeyId { get; init; }

    public string? KeyPrefix { get; init; }

    /// <summary>In the form that <c>Gateway:RequestLog:Addresses</c> allows.</summary>
    public string? Address { get; init; }

    public string? UserAgent { get; init; }
}
