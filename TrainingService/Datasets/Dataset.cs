using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets;

/// <summary>Labelled rows or images of one shape, which models are trained on.</summary>
internal sealed class Dataset
{
    public required Guid Id { get; init; }

    /// <summary>What its rows refer to it by: a quarter of the id's size.</summary>
    public int Number { get; init; }

    public required string Owner { get; init; }

    public required string Name { get; init; }

    public required DatasetKind Kind { get; init; }

    /// <summary>Null until the first labels say it.</summary>
    public DatasetSchema? Schema { get; set; }

    /// <summary>Of the last change; every change is one up.</summary>
    public int Revision { get; set; }

    /// <summary>Revision of the newest snapshot, 0 without one.</summary>
    public int Snapshotted { get; set; }

    public long Labelled { get; set; }

    /// <summary>Items that wait to be labelled.</summary>
    public long Unlabelled { get; set; }

    /// <summary>Rows that were sent and were there already, over all time.</summary>
    public long Duplicates { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

internal enum DatasetKind { Tabular, Image }

/// <summary>One change of a data set.</summary>
internal sealed class DatasetRevision
{
    public required int Dataset { get; init; }

    public required int Revision { get; init; }

    public required RevisionSource Source { get; init; }

    /// <summary>Pseudonymous id of whoever made it.</summary>
    public required string Caller { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public long Added { get; set; }

    public long Removed { get; set; }

    public long Duplicates { get; set; }

    /// <summary>Labels in the data set after it.</summary>
    public long Labelled { get; set; }
}

internal enum RevisionSource { Post, Predictions, Labelling, Removal }
