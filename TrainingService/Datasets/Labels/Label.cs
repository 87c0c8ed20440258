namespace TrainingService.Datasets.Labels;

/// <summary>A row of a data set, from the revision that added it to the one that removed it. Never changed: another label is another row of the same id.</summary>
internal sealed class Label
{
    /// <summary>The data set's number.</summary>
    public required int Dataset { get; init; }

    public required Guid Id { get; init; }

    /// <summary>Revision.</summary>
    public required int Added { get; init; }

    /// <summary>Revision that brought the row, where it was labelled anew since; null: <see cref="Added"/>.</summary>
    public int? Origin { get; init; }

    /// <summary>Revision; null while it is there.</summary>
    public int? Removed { get; init; }

    /// <summary>Hash of the features or the image, without the label: what a split goes by.</summary>
    public required Guid Content { get; init; }

    /// <summary>A class, or a number as text; null waits to be labelled.</summary>
    public string? Text { get; init; }

    /// <summary>Belongs to the reference set, by which models are judged.</summary>
    public bool Trusted { get; init; }

    /// <summary>What the caller calls it; unique in the data set.</summary>
    public string? GivenId { get; init; }

    /// <summary>[columns] float32, little endian: see docs/datasets.md.</summary>
    public byte[]? Features { get; init; }

    /// <summary>SHA-256 of the image.</summary>
    public byte[]? Image { get; init; }
}
