namespace Benchmarks.Subjects;

/// <summary>One run of the bare loop, in a process of its own: decode + preprocess + run, or for rows only run.</summary>
public sealed record RawPlan
{
    public required string Model { get; init; }

    /// <summary>A folder of JPEGs; null: rows of <see cref="RowLength"/> numbers.</summary>
    public string? Photos { get; init; }

    public int RowLength { get; init; }

    public required int Threads { get; init; }

    public required int Batch { get; init; }

    /// <summary>Threads that share one run of the model.</summary>
    public required int IntraOp { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Open loop: items become due at this rate and latency counts from then. Null: as fast as it goes.</summary>
    public double? PerSecond { get; init; }

    public string Shape => $"{Threads} x batch {Batch}" + (IntraOp > 1 ? $", {IntraOp} intra-op" : "");

    /// <summary>The grid: a thread per core (or two) that does all of an item's work, or one whose runs use every core.</summary>
    public static IEnumerable<RawPlan> Grid(RawPlan like)
    {
        // A second thread per core helps only where a core waits; sharing a run only where a batch does not fill the cores.
        var cores = Environment.ProcessorCount;
        foreach (var batch in like.Photos is null ? (int[])[1, 16, 256] : [1, 4, 8, 16])
        {
            foreach (var threads in new[] { 1, cores, 2 * cores }.Distinct())
                yield return like with { Threads = threads, Batch = batch, IntraOp = 1 };
            if (like.Photos is not null && cores > 1)
                yield return like with { Threads = cores, Batch = batch, IntraOp = cores };
        }
    }
}
