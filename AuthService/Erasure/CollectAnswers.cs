using InferenceSuite.Contracts;
using MassTransit;
using ServiceDefaults.Messaging;

namespace AuthService.Erasure;

internal sealed class CollectAnswers(ErasureProgress progress) : IConsumer<ErasureDone>
{
    public Task Consume(ConsumeContext<ErasureDone> context) => progress.AnswerAsync(context.Message, context.CancellationToken);
}

internal sealed class CollectAnswersDefinition() : EventConsumerDefinition<CollectAnswers, ErasureDone>("auth.erasure-answers")
{
    protected override int Concurrency => 4;
}
