namespace InferenceService.Batching;

/// <summary>The model could not run an item that was well-formed. The reason is for the log, not for the caller.</summary>
public sealed class ModelExecutionException(string model, Exception reason) : Exception($"'{model}' failed to run an item.", reason)
{
    public string Model { get; } = model;
}
