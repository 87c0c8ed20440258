namespace Gateway.Requests;

/// <summary>What is kept of one request. No body, no token, no key, no query string.</summary>
public sealed class RequestEntry
{
    public required DateTimeOffset Time { get; init; }

    public required string RequestId { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    public required string? UserAgent { get; init; }

    /// <summary>In the form that may be kept.</summary>
    public required string? Address { get; init; }

    /// <summary>The route's pattern; null: there was none.</summary>
    public string? Route { get; set; }

    /// <summary>A user's pseudonymous id, or <c>guest</c>; null: nobody was let in.</summary>
    public string? Principal { get; set; }

    public Guid? KeyId { get; set; }

    public string? KeyPrefix { get; set; }

    public int Status { get; set; }

    public long BytesIn { get; set; }

    public long BytesOut { get; set; }

    public double Milliseconds { get; set; }

    /// <summary>Predicted items, as InferenceService counted them.</summary>
    public int Items { get; set; }
}
