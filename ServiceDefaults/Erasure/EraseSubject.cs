using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Http;
using ServiceDefaults.Messaging;

namespace ServiceDefaults.Erasure;

/// <summary>Every service's part in an erasure.</summary>
internal sealed class EraseSubject<TContext>(SubjectEraser<TContext> eraser) : IConsumer<ErasureRequested> where TContext : DbContext
{
    public Task Consume(ConsumeContext<ErasureRequested> context) => eraser.EraseAsync(context.Message, context.CancellationToken);
}

internal sealed class EraseSubjectDefinition<TContext>(ServiceIdentity identity)
    : EventConsumerDefinition<EraseSubject<TContext>, ErasureRequested>($"{identity.Name}.erasure")
    where TContext : DbContext
{
    protected override int Concurrency => 2; // erasing is heavy, and nobody waits for it by the second
}
