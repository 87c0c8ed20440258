using InferenceSuite.Contracts;
using MassTransit;
using ServiceDefaults.Messaging;

namespace InferenceService.Registry;

/// <summary>A model that must not predict, or may again: every replica asks the registry at once.</summary>
public sealed class FollowSuspension(FollowerSignal signal) : IConsumer<ModelSuspended>
{
    public Task Consume(ConsumeContext<ModelSuspended> context)
    {
        signal.Notify();
        return Task.CompletedTask;
    }
}

public sealed class FollowSuspensionDefinition() : BroadcastConsumerDefinition<FollowSuspension, ModelSuspended>("inference.suspensions");

/// <summary>The other way round.</summary>
public sealed class FollowResumption(FollowerSignal signal) : IConsumer<ModelResumed>
{
    public Task Consume(ConsumeContext<ModelResumed> context)
    {
        signal.Notify();
        return Task.CompletedTask;
    }
}

public sealed class FollowResumptionDefinition() : BroadcastConsumerDefinition<FollowResumption, ModelResumed>("inference.resumptions");
