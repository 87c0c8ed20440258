namespace InferenceService.Batching;

/// <summary>Who goes first when both wait: a person who holds a connection open, then the work of a task.</summary>
public enum Priority { Interactive, Background }
