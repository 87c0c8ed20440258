using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Messaging;
using TrainingService.Policies;

namespace TrainingService.FeedbackLabels;

/// <summary>
/// Notes feedback that the model's data set learns from; <see cref="FeedbackTaking"/> takes it over. Events may come twice and in any order: of a prediction the
/// latest word counts.
/// </summary>
internal sealed class FollowFeedback(TrainingDb db, FeedbackSignal signal, TimeProvider time) : IConsumer<FeedbackReceived>
{
    public async Task Consume(ConsumeContext<FeedbackReceived> context)
    {
        var said = context.Message;
        var policy = await db.FindPolicyAsync(said.Model, context.CancellationToken);
        var (wanted, label) = FeedbackLabel.From(said, policy?.Policy.Feedback ?? FeedbackUse.Off);
        if (await db.NoteAsync(said.PredictionId, said.Caller, wanted == WantedLabel.Nothing ? null : policy?.Dataset, wanted, label, said.Time, time.GetUtcNow(), context.CancellationToken))
            signal.Notify();
    }
}

internal sealed class FollowFeedbackDefinition() : EventConsumerDefinition<FollowFeedback, FeedbackReceived>("training.feedback");

/// <summary>Feedback that is taken back takes along the row that it gave, whoever labelled it since, unless that is trusted or models are judged by it.</summary>
internal sealed class FollowFeedbackRemoval(TrainingDb db, FeedbackSignal signal, TimeProvider time) : IConsumer<FeedbackRemoved>
{
    public async Task Consume(ConsumeContext<FeedbackRemoved> context)
    {
        var removed = context.Message;
        var policy = await db.FindPolicyAsync(removed.Model, context.CancellationToken);
        var learns = policy is { Policy.Feedback: not FeedbackUse.Off }; // then it is noted although there may be nothing yet: what it takes back may come later
        if (await db.NoteAsync(removed.PredictionId, removed.Caller, learns ? policy!.Dataset : null, WantedLabel.Revoked, label: null, removed.Time, time.GetUtcNow(), context.CancellationToken))
            signal.Notify();
    }
}

internal sealed class FollowFeedbackRemovalDefinition() : EventConsumerDefinition<FollowFeedbackRemoval, FeedbackRemoved>("training.feedback-removals");

internal static class FeedbackNotes
{
    /// <summary>Of the data set that the model is under.</summary>
    public static Task<DatasetPolicy?> FindPolicyAsync(this TrainingDb db, string model, CancellationToken cancellation) => db.Models.Where(m => m.Name == model)
        .Join(db.Policies, m => m.Dataset, policy => policy.Dataset, (_, policy) => policy).AsNoTracking().SingleOrDefaultAsync(cancellation);

    /// <param name="dataset">Null: only what is noted already changes.</param>
    /// <returns>Whether there is something to do.</returns>
    public static async Task<bool> NoteAsync(
        this TrainingDb db, Guid prediction, string caller, int? dataset, WantedLabel wanted, string? label, DateTimeOffset said, DateTimeOffset now, CancellationToken cancellation)
    {
        var (word, at) = (FeedbackModel.ToText(wanted), said.ToUniversalTime());
        var noted = dataset is null
            ? await db.Database.ExecuteSqlAsync($"""
                UPDATE feedback_labels SET wanted = {word}, label = {label}, time = {at}, due_at = {now}, attempts = 0, outcome = NULL, reason = NULL
                WHERE prediction = {prediction} AND time < {at}
                """, cancellation)
            : await db.Database.ExecuteSqlAsync($"""
                INSERT INTO feedback_labels AS f (prediction, caller, dataset, wanted, label, time, due_at) VALUES ({prediction}, {caller}, {dataset}, {word}, {label}, {at}, {now})
                ON CONFLICT (prediction) DO UPDATE SET wanted = excluded.wanted, label = excluded.label, time = excluded.time, due_at = excluded.due_at, attempts = 0, outcome = NULL, reason = NULL
                WHERE f.time < excluded.time
                """, cancellation);
        return noted > 0;
    }
}
