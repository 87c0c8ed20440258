using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Messaging;

namespace TrainingService.Policies.AutoTraining;

/// <summary>New labels move the time at which their data set's policy looks whether to train.</summary>
internal sealed class FollowLabels(TrainingDb db, TimeProvider time) : IConsumer<LabelsAdded>
{
    public async Task Consume(ConsumeContext<LabelsAdded> context)
    {
        var (added, cancellation) = (context.Message, context.CancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var found = await db.Policies
            .FromSql($"SELECT p.* FROM dataset_policies p JOIN datasets d ON d.number = p.dataset WHERE d.id = {added.Dataset} FOR UPDATE OF p").ToListAsync(cancellation);
        if (found is not [{ Policy.AutoTrain: { } auto } policy] || added.Revision <= policy.SeenRevision)
            return;
        var now = time.GetUtcNow();
        policy.SeenRevision = added.Revision;
        policy.PendingSince ??= now;
        policy.DueAt = Debounce.DueAt(policy.PendingSince.Value, now, auto.Debounce);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }
}

internal sealed class FollowLabelsDefinition() : EventConsumerDefinition<FollowLabels, LabelsAdded>("training.policies");
