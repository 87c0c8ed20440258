using InferenceSuite.Contracts;
using MassTransit;
using ServiceDefaults.Messaging;

namespace InferenceService.Registry;

/// <summary>A promotion reaches every replica; the registry itself says what it means.</summary>
public sealed class FollowPromotion(FollowerSignal signal) : IConsumer<ModelPromoted>
{
    public Task Consume(ConsumeContext<ModelPromoted> context)
    {
        signal.Notify();
        return Task.CompletedTask;
    }
}

public sealed class FollowPromotionDefinition() : BroadcastConsumerDefinition<FollowPromotion, ModelPromoted>("inference.promotions");
