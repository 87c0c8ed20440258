using System.ComponentModel.DataAnnotations;
using Intake;

namespace InferenceService.Tasks;

/// <summary>The section <c>Tasks</c>.</summary>
public sealed class TaskOptions : IntakeOptions
{
    public override string Section => "Tasks";

    /// <summary>Tasks that one caller may have queued and running; further ones are refused with 429.</summary>
    [Range(1, 100_000)]
    public int MaxOpenPerCaller { get; init; } = 100;

    /// <summary>Tasks that one replica works on at once.</summary>
    [Range(1, 64)]
    public int Concurrency { get; init; } = 2;

    /// <summary>Items that are worked on and committed together, at most; a model's own batching may make it fewer.</summary>
    [Range(1, 10_000)]
    public int MaxChunkItems { get; init; } = 1000;

    /// <summary>Bytes of images that one chunk holds in memory, one image more at most.</summary>
    [Range(1, 1L << 32)]
    public long MaxChunkBytes { get; init; } = 32L << 20;

    /// <summary>How long a worker that stopped without a word keeps its task from the others.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a task runs on while another caller's waits.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan Turn { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Workers that may be lost without any progress in between, before the task fails.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; init; } = 5;

    /// <summary>How long a finished task and its results are kept.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How often finished tasks whose time is up are removed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Folder for inputs on their way in and while they are worked on; each replica has its own. Absent: <c>tasks</c> in Models:CachePath.</summary>
    public string? SpoolPath { get; init; }

    /// <summary>Bytes of inputs being worked on that this replica keeps on disk, so that the next turn need not fetch them again.</summary>
    [Range(1, 1L << 44)]
    public long MaxSpoolBytes { get; init; } = 32L << 30;
}
