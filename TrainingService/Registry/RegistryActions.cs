namespace TrainingService.Registry;

/// <summary>What the history calls the registry's changes. They stand in hashed entries: never renamed.</summary>
internal static class RegistryActions
{
    public const string Registered = "model.registered";
    public const string Promoted = "model.promoted";
    public const string RolledBack = "model.rolledback";
    public const string Refused = "model.refused";
    public const string Suspended = "model.suspended";
    public const string Resumed = "model.resumed";
    public const string Retired = "model.retired";
    public const string ReferenceChosen = "reference.chosen";
}
