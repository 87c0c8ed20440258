using Intake;

namespace TrainingService.Registry;

/// <summary>The section <c>Registry</c>. Of its limits on uploads, those that speak of rows mean nothing here.</summary>
internal sealed class RegistryOptions : IntakeOptions
{
    // A package, its model.json included; what InferenceService admits is no larger.
    public RegistryOptions() => MaxInputBytes = 512L << 20;

    public override string Section => "Registry";

    /// <summary>The folder of model packages to import at start, <c>{model}/{version}/</c> below it. Null: nothing is imported.</summary>
    public string? ImportPath { get; init; }
}
