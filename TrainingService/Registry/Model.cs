namespace TrainingService.Registry;

/// <summary>What versions have in common: callers name a model and get its live version.</summary>
internal sealed class Model
{
    public required string Name { get; init; }

    /// <summary>The same for all versions: whoever calls the model relies on the shape of its answer.</summary>
    public required string Task { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Number of the data set whose gates its versions have to pass; null: trained elsewhere, and guarded by none.</summary>
    public int? Dataset { get; set; }

    /// <summary>Pseudonymous id of the only one it serves; null: everybody.</summary>
    public string? Owner { get; set; }

    /// <summary>Since when prediction is refused, because the live version fell under its gate in use.</summary>
    public DateTimeOffset? SuspendedAt { get; set; }

    public string? SuspendedReason { get; set; }

    /// <summary>Since when nothing of it is served, for good: its owner was erased.</summary>
    public DateTimeOffset? RetiredAt { get; set; }
}
