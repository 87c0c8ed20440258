namespace TrainingService.Registry;

/// <summary>What the history calls the registry's changes. They stand in hashed entries: never renamed.</summary>
internal static class RegistryActions
{
    public const string Registered = "model.registered";
    public const string Promoted = "model.promoted";
    public const string RolledBack = "model.rolledback";
}
