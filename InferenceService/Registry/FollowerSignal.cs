using ServiceDefaults;

namespace InferenceService.Registry;

/// <summary>Wakes the registry's follower: something was promoted, or somebody asks for a version that is not loaded.</summary>
public sealed class FollowerSignal : WakeUp;
