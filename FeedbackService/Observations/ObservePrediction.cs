using InferenceSuite.Contracts;
using MassTransit;
using ServiceDefaults.Messaging;

namespace FeedbackService.Observations;

/// <summary>Remembers every prediction, so that it can be judged and, later, be part of the insights.</summary>
public sealed class ObservePrediction(ObservationStore observations) : IConsumer<PredictionMade>
{
    public Task Consume(ConsumeContext<PredictionMade> context) => observations.KeepAsync(Observation.From(context.Message), context.CancellationToken);
}

public sealed class ObservePredictionDefinition() : EventConsumerDefinition<ObservePrediction, PredictionMade>("feedback.observations")
{
    // Those that are worked on together share a commit.
    protected override int Concurrency => 128;
}
