namespace Benchmarks.Load;

/// <summary>What came of a plan.</summary>
public sealed record LoadReport
{
    /// <summary>From the start to the last answer.</summary>
    public required double Seconds { get; init; }

    /// <summary>Answers of 2xx.</summary>
    public required int Completed { get; init; }

    /// <summary>Callers that hung up.</summary>
    public int Abandoned { get; init; }

    /// <summary>Answers other than 2xx and broken connections, by what they were.</summary>
    public Dictionary<string, int> Failures { get; init; } = [];

    public int Failed => Failures.Values.Sum();

    /// <summary>Of the 2xx.</summary>
    public required Latencies Latency { get; init; }

    /// <summary>What the process used itself.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>What all else on the machine used meanwhile; only the bare loop tells it.</summary>
    public double OtherCpuSeconds { get; init; }

    /// <summary>Mean size of a request's body.</summary>
    public double BodyBytes { get; init; }
}
