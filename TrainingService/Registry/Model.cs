namespace TrainingService.Registry;

/// <summary>What versions have in common: callers name a model and get its live version.</summary>
internal sealed class Model
{
    public required string Name { get; init; }

    /// <summary>The same for all versions: whoever calls the model relies on the shape of its answer.</summary>
    public required string Task { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
