namespace InferenceService.Execution;

/// <summary>How one model is run on this machine.</summary>
/// <param name="Slots">Runs at once, each with its own buffers.</param>
/// <param name="IntraOpThreads">Threads of the session that all runs share, a running one's own included.</param>
/// <param name="Source">Where the numbers come from, for the log.</param>
public sealed record ExecutionSettings(int Slots, int IntraOpThreads, int MaxBatchSize, SettingsSource Source);

public enum SettingsSource { Configured, Measured, Remembered }
