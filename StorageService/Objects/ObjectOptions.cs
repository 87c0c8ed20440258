using System.ComponentModel.DataAnnotations;

namespace StorageService.Objects;

/// <summary>Limits and retention by kind. Configured under <c>Storage</c>.</summary>
internal sealed class ObjectOptions
{
    /// <summary>How long an object is kept after it was last put; null (an empty setting) keeps it until it is deleted.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>The largest object accepted, in bytes.</summary>
    public SizeOptions MaxBytes { get; init; } = new();

    /// <summary>How often objects whose time is up are removed.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the objects of one owner may take up together, before encryption.</summary>
    [Range(0, long.MaxValue)]
    public long UserQuotaBytes { get; init; } = 10L << 30;

    /// <summary>Owners without a quota: no users, but the suite itself.</summary>
    public string[] UnlimitedOwners { get; init; } = ["registry"];

    /// <summary>Null for a kind that is not known.</summary>
    public KindPolicy? PolicyOf(string? kind) => kind switch
    {
        "image" => new KindPolicy(kind, Retention.Image, MaxBytes.Image),
        "model" => new KindPolicy(kind, Retention.Model, MaxBytes.Model),
        "dataset" => new KindPolicy(kind, Retention.Dataset, MaxBytes.Dataset),
        "report" => new KindPolicy(kind, Retention.Report, MaxBytes.Report),
        "task" => new KindPolicy(kind, Retention.Task, MaxBytes.Task),
        _ => null,
    };
}

internal sealed class RetentionOptions
{
    public TimeSpan? Image { get; init; } = TimeSpan.FromDays(30);

    public TimeSpan? Model { get; init; }

    public TimeSpan? Dataset { get; init; }

    public TimeSpan? Report { get; init; }

    /// <summary>Of a task's input, after which a task that still waits for its turn fails.</summary>
    public TimeSpan? Task { get; init; } = TimeSpan.FromDays(7);
}

internal sealed class SizeOptions
{
    private const long Mega = 1024 * 1024;

    [Range(1, long.MaxValue)]
    public long Image { get; init; } = 32 * Mega;

    [Range(1, long.MaxValue)]
    public long Model { get; init; } = 4096 * Mega;

    [Range(1, long.MaxValue)]
    public long Dataset { get; init; } = 4096 * Mega;

    [Range(1, long.MaxValue)]
    public long Report { get; init; } = 256 * Mega;

    [Range(1, long.MaxValue)]
    public long Task { get; init; } = 4096 * Mega;
}

/// <summary>What holds for one kind of object.</summary>
internal sealed record KindPolicy(string Kind, TimeSpan? Retention, long MaxBytes)
{
    public const string Names = "image, model, dataset, report or task";

    public DateTimeOffset? ExpiryOf(DateTimeOffset putAt) => putAt + Retention;
}
