using System.Text.Json;
using System.Text.Json.Serialization;
using Benchmarks.Measure;

namespace Benchmarks.Report;

/// <summary>All that a bench found out; what it prints and what it writes.</summary>
public sealed class Results(Machine machine, BenchOptions options)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private readonly List<Run> runs = [];
    private readonly List<Finding> findings = [];

    public IReadOnlyList<Run> Runs => runs;

    public IReadOnlyList<Finding> Findings => findings;

    public Machine Machine => machine;

    public DateTimeOffset Began { get; } = DateTimeOffset.UtcNow;

    public Run Add(Run run)
    {
        if (runs.Count == 0)
            Console.WriteLine(Table.Header);
        Console.WriteLine(Table.Line(run));
        runs.Add(run);
        return run;
    }

    /// <summary>A figure that is no run.</summary>
    public void Add(Finding finding)
    {
        Console.WriteLine($"  {finding.Name}: {finding.Text}");
        findings.Add(finding);
    }

    /// <summary>The last closed run of its kind; null when it was not measured.</summary>
    public Run? Closed(string subject, string workload, int? inFlight, string? scenario = null) => runs.LastOrDefault(run =>
        run.Subject == subject && run.Workload == workload && run.OfferedPerSecond is null && (inFlight is null || run.InFlight == inFlight) && (scenario is null || run.Scenario == scenario));

    /// <summary>The last open run of its kind.</summary>
    public Run? Open(string subject, string workload, int? inFlight) => runs.LastOrDefault(run =>
        run.Subject == subject && run.Workload == workload && run.OfferedPerSecond is not null && (inFlight is null || run.InFlight == inFlight));

    public string ToJson() => JsonSerializer.Serialize(
        new { began = Began, machine, settings = new { options.Seconds, options.SampledShare, options.Quick, options.Scenarios }, runs, findings, verdicts = Targets.Of(this) }, Json);
}

/// <param name="Text">With its unit, for people.</param>
/// <param name="Value">For programs.</param>
public sealed record Finding(string Name, string Text, double Value);
