using System.ComponentModel.DataAnnotations;

namespace Intake;

/// <summary>What one upload may be. The limits are a service's settings, so that a refusal can name the one to turn.</summary>
public abstract class IntakeOptions
{
    /// <summary>The section that these stand in: <c>Tasks</c> for <c>Tasks:MaxRowBytes</c>.</summary>
    public abstract string Section { get; }

    /// <summary>Bytes of one input, as sent: the whole body, skipped parts included. StorageService has limits of its own (<c>Storage:MaxBytes</c>).</summary>
    [Range(1, 1L << 40)]
    public long MaxInputBytes { get; init; } = 4L << 30;

    /// <summary>Inputs that may come in at once, half of them from one caller; further ones are refused with 503, or 429 where it is the caller's share. Times <see cref="MaxInputBytes"/>, what they can take of the disk.</summary>
    [Range(1, 1000)]
    public int MaxUploads { get; init; } = 8;

    /// <summary>Rows in one input.</summary>
    [Range(1, int.MaxValue)]
    public int MaxRows { get; init; } = 10_000_000;

    /// <summary>Bytes of one row, as a line of NDJSON or a record of CSV.</summary>
    [Range(1, 64 << 20)]
    public int MaxRowBytes { get; init; } = 1 << 20;

    /// <summary>Entries of one zip, folders included.</summary>
    [Range(1, 1_000_000)]
    public int MaxZipEntries { get; init; } = 50_000;

    /// <summary>Bytes that the entries of one zip may have together once unpacked.</summary>
    [Range(1, 1L << 44)]
    public long MaxUnzippedBytes { get; init; } = 16L << 30;

    /// <summary>How many times larger than the zip that may be. Photos hardly shrink; what shrinks a thousandfold is a trap.</summary>
    [Range(1, 100_000)]
    public int MaxZipRatio { get; init; } = 200;

    /// <summary>A setting as a refusal names it.</summary>
    internal string Setting(string name) => $"({Section}:{name})";
}
