namespace Benchmarks.Report;

/// <summary>One measured line.</summary>
public sealed record Run
{
    public required string Scenario { get; init; }

    /// <summary>raw, direct, gateway, no-op, or a peer.</summary>
    public required string Subject { get; init; }

    public required string Workload { get; init; }

    public required int InFlight { get; init; }

    /// <summary>Of an open loop; null: closed.</summary>
    public double? OfferedPerSecond { get; init; }

    public required int Items { get; init; }

    public Dictionary<string, int> Failures { get; init; } = [];

    /// <summary>From the first request until the last answer and, where answers leave a backlog, until that is empty.</summary>
    public required double Seconds { get; init; }

    /// <summary>The part of <see cref="Seconds"/> after the last answer: how old the last event was when FeedbackService had it.</summary>
    public double DrainSeconds { get; init; }

    public double PerSecond => Items / Seconds;

    public required double P50Ms { get; init; }

    public required double P99Ms { get; init; }

    public required double MaxMs { get; init; }

    /// <summary>Of the subject's processes, drain included.</summary>
    public required double CpuMsPerItem { get; init; }

    /// <summary>The same by process.</summary>
    public Dictionary<string, double> CpuMsPerItemOf { get; init; } = [];

    public double GeneratorCpuMsPerItem { get; init; }

    /// <summary>Cores busy with something else on this machine: near zero, or the run is worth repeating.</summary>
    public double OtherCores { get; init; }

    /// <summary>.NET heap bytes that the subject's services allocated per request, added up; null where it is not measured.</summary>
    public double? AllocatedPerItem { get; init; }

    public Dictionary<string, double> AllocatedPerItemOf { get; init; } = [];

    /// <summary>Mean size of a request's body.</summary>
    public double BodyBytes { get; init; }

    public string? Note { get; init; }

    public int Failed => Failures.Values.Sum();
}
