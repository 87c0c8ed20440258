using System.ComponentModel.DataAnnotations;

namespace TrainingService.Runs;

/// <summary>The section <c>Runs</c>.</summary>
internal sealed class RunOptions
{
    /// <summary>Runs that one replica works on at once.</summary>
    [Range(1, 64)]
    public int Concurrency { get; init; } = 1;

    /// <summary>Runs of one data set that may be queued and running; further ones are refused with 429.</summary>
    [Range(1, 10_000)]
    public int MaxOpenPerDataset { get; init; } = 20;

    /// <summary>How long a worker that stopped without a word keeps its run from the others.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Workers that may be lost with a run before it fails.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>How long a run may take, from its first start, waiting for what is away included.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How long storing what a run made is tried again in place before the run is given back, to train again.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan StoringPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Threads that train. Absent: half of the processors, at least one; requests get the others.</summary>
    [Range(1, 1024)]
    public int? Threads { get; init; }

    /// <summary>For the process that trains: estimated before it starts, and watched while it runs.</summary>
    [Range(256L << 20, 1L << 44)]
    public long MemoryLimitBytes { get; init; } = 4L << 30;

    /// <summary>How much the process that trains makes way for others, 0 to 19; serving runs at 0, the trial of a model at 5.</summary>
    [Range(0, 19)]
    public int Niceness { get; init; } = 10;

    /// <summary>Classes that a label may have to be learned.</summary>
    [Range(2, 10_000)]
    public int MaxClasses { get; init; } = 1000;

    /// <summary>How often artifacts of runs that are gone are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Folder for the rows that are trained on, and what comes of them, while a run lasts; replicas may share it. What a crashed one left goes at the next start. Absent: one of this user in the system's temporary folder.</summary>
    public string? WorkPath { get; init; }

    public int TrainingThreads => Threads ?? Math.Max(1, Environment.ProcessorCount / 2);
}
