namespace TrainingService.Registry;

/// <summary>Configured under <c>Registry</c>.</summary>
internal sealed class RegistryOptions
{
    /// <summary>The folder of model packages to import at start, <c>{model}/{version}/</c> below it. Null: nothing is imported.</summary>
    public string? ImportPath { get; init; }
}
