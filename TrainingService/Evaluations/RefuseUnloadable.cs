using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Http;
using ServiceDefaults.Messaging;
using TrainingService.Registry;

namespace TrainingService.Evaluations;

/// <summary>A trained or uploaded candidate that InferenceService does not admit is refused with its reason; one that did not load this once is not. One that was imported, serves or served is left to people.</summary>
internal sealed class RefuseUnloadable(TrainingDb db, Promotion promotion, ServiceIdentity identity) : IConsumer<ModelLoadFailed>
{
    public async Task Consume(ConsumeContext<ModelLoadFailed> context)
    {
        var failed = context.Message;
        if (failed.Refused && await db.Versions.AnyAsync(v => v.Model == failed.Model && v.Version == failed.Version && v.State == VersionState.Candidate && (v.Origin == VersionOrigin.Trained || v.Origin == VersionOrigin.Uploaded), context.CancellationToken))
            await promotion.RefuseAsync(failed.Model, failed.Version, [$"InferenceService does not load it: {failed.Reason}"], identity.Name, context.CancellationToken);
    }
}

internal sealed class RefuseUnloadableDefinition() : EventConsumerDefinition<RefuseUnloadable, ModelLoadFailed>("training.unloadable");
