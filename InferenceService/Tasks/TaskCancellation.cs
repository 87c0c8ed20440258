using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Messaging;

namespace InferenceService.Tasks;

/// <summary>The end of tasks before their last item. A new epoch: what a worker still has in hand is refused.</summary>
internal static class TaskCancellation
{
    /// <returns>0: it is finished.</returns>
    public static Task<int> CancelTaskAsync(this InferenceDb db, Guid id, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        UPDATE tasks SET status = 'cancelled', finished_at = now(), lease_until = NULL, lease_epoch = lease_epoch + 1
        WHERE id = {id} AND finished_at IS NULL
        """, cancellation);

    /// <param name="sentBefore">Tasks that were sent later go on.</param>
    public static Task<int> CancelTasksOfAsync(this InferenceDb db, string owner, DateTimeOffset sentBefore, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        UPDATE tasks SET status = 'cancelled', finished_at = now(), lease_until = NULL, lease_epoch = lease_epoch + 1
        WHERE owner = {owner} AND finished_at IS NULL AND created_at < {sentBefore}
        """, cancellation);
}

/// <summary>Nobody predicts on for a user who withdrew their consent or was disabled.</summary>
internal sealed partial class CancelTasksOfUser(InferenceDb db, ILogger<CancelTasksOfUser> logger) : IConsumer<UserChanged>
{
    /// <summary>Of two machines' clocks; as far as tokens are given it.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    public async Task Consume(ConsumeContext<UserChanged> context)
    {
        var change = context.Message;
        if (change.Reason is not (UserChanges.ConsentWithdrawn or UserChanges.Disabled))
            return;
        // The event may come late, when they have agreed again: tasks of after that are meant to run.
        var cancelled = await db.CancelTasksOfAsync(change.UserId, change.Time.ToUniversalTime() + ClockSkew, context.CancellationToken);
        if (cancelled > 0)
            LogCancelled(logger, cancelled, change.UserId, change.Reason);
    }

    [LoggerMessage(LogLevel.Information, "{Count} tasks of {User} are cancelled: {Reason}")]
    private static partial void LogCancelled(ILogger logger, int count, string user, string reason);
}

internal sealed class CancelTasksOfUserDefinition() : EventConsumerDefinition<CancelTasksOfUser, UserChanged>("inference.user-changes");
