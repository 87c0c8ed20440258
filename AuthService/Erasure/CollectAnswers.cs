using InferenceSuite.Contracts;
using MassTransit;
using ServiceDefaults.Http;
using ServiceDefaults.Messaging;

namespace AuthService.Erasure;

internal sealed class CollectAnswers(ErasureProgress progress) : IConsumer<ErasureDone>
{
    public Task Consume(ConsumeContext<ErasureDone> context) => progress.AnswerAsync(context.Message, context.CancellationToken);
}

internal sealed class CollectAnswersDefinition(ServiceIdentity identity) : EventConsumerDefinition<CollectAnswers, ErasureDone>($"{identity.Name}.erasure-answers")
{
    protected override int Concurrency => 4;
}
