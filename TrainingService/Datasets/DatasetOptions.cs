using System.ComponentModel.DataAnnotations;
using Intake;

namespace TrainingService.Datasets;

/// <summary>The section <c>Datasets</c>.</summary>
internal sealed class DatasetOptions : IntakeOptions
{
    // What the gateway lets through to data sets at all.
    public DatasetOptions() => MaxInputBytes = 1L << 30;

    public override string Section => "Datasets";

    /// <summary>Values that a category may have, and classes that a label may.</summary>
    [Range(2, 1_000_000)]
    public int MaxCategories { get; init; } = 10_000;

    /// <summary>Data sets that one user may have.</summary>
    [Range(1, 100_000)]
    public int MaxPerOwner { get; init; } = 100;

    /// <summary>Rows that one data set may have.</summary>
    [Range(1, int.MaxValue)]
    public int MaxLabels { get; init; } = 20_000_000;

    /// <summary>Bytes of one image.</summary>
    [Range(1, 32L << 20)]
    public long MaxImageBytes { get; init; } = 32L << 20;

    /// <summary>How long a change of a data set waits for another's end before it is refused with 503.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After which a statement over all rows of a data set is given up.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long an image that was stored for labels that then were refused stays at least.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ImageGrace { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often images that no row has any more are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan ImageSweepEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Folder for posts on their way in; each replica has its own. Absent: one of this process in the system's temporary folder.</summary>
    public string? SpoolPath { get; init; }
}
