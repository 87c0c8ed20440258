using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Snapshots;

/// <summary>The labels of a data set at one revision, which stay readable when they are removed from it.</summary>
internal sealed class Snapshot
{
    public required Guid Id { get; init; }

    /// <summary>The data set's number.</summary>
    public required int Dataset { get; init; }

    public required int Revision { get; init; }

    /// <summary>Of the content, lower-case hex: <see cref="SnapshotHash"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>When it was made. Those that are found no more were erased.</summary>
    public required long Rows { get; init; }

    public required DatasetSchema Schema { get; init; }

    /// <summary>Pseudonymous id of whoever made it.</summary>
    public required string Caller { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <param name="Hash">The same for the same content, whatever order it came in and whatever data set it is in.</param>
/// <param name="Rows">When it was made.</param>
/// <param name="Erased">Of these: rows that were erased since, by the right of whom they were about. Absent in lists.</param>
internal sealed record SnapshotView(Guid Id, string Hash, long Rows, long? Erased, int Revision, DateTimeOffset CreatedAt)
{
    public static SnapshotView From(Snapshot s, long? erased) => new(s.Id, s.Hash, s.Rows, erased, s.Revision, s.CreatedAt);
}
