namespace Benchmarks.Subjects;

/// <summary>Something that is measured: where it is, who pays for it, and what it leaves to do.</summary>
public sealed record Subject
{
    public required string Name { get; init; }

    /// <summary>Where a workload's requests go.</summary>
    public required Func<Workload, Uri> Address { get; init; }

    public Func<CancellationToken, Task<Dictionary<string, string>>> Headers { get; init; } = _ => Task.FromResult(new Dictionary<string, string>());

    /// <summary>Name to pid; their children count too.</summary>
    public required Func<IReadOnlyDictionary<string, int>> Processes { get; init; }

    /// <summary>Names in telemetry of the services whose allocations count. Empty: not measured.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    /// <summary>Whether answers leave a backlog that has to drain inside the measured time.</summary>
    public bool Records { get; init; }
}

/// <summary>What is sent: photos of a size, or one row.</summary>
/// <param name="Photos">The folder; null for rows.</param>
/// <param name="Json">The body; null for photos.</param>
public sealed record Workload(string Name, string Model, string? Photos, string? Json)
{
    private const string RowJson = $$"""{"rows":[{"abuse_type":"SCAM","report_text_len":240,"profile_rating":1.5,"popularity":12.{{Load.LoadPlan.StampMark}}}]}""";

    public static Workload Row { get; } = new("1 row", ModelFolder.Rows, null, RowJson);

    public static Workload Of(Photos photos, string folder) => new($"JPEG {photos.Size}", ModelFolder.Images, folder, null);

    public bool IsImage => Photos is not null;
}
