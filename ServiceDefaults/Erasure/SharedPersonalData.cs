using Microsoft.EntityFrameworkCore;

namespace ServiceDefaults.Erasure;

/// <summary>Answers that are kept for requests with an Idempotency-Key: the caller's own, and those that speak of them (their registration).</summary>
internal sealed class RememberedAnswers<TContext>(TContext db) : IPersonalData where TContext : DbContext
{
    public string Name => "remembered-answers";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation) => await db.Database.ExecuteSqlAsync(
        $"DELETE FROM idempotency WHERE caller = {subject} OR position({subject} in body) > 0 OR position({subject} in location) > 0", cancellation);

    /// <summary>They repeat, for a day, what the other files have.</summary>
    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}

/// <summary>Events that have not reached the broker yet: nobody has heard them, and nobody needs to any more.</summary>
internal sealed class UnsentEvents<TContext>(TContext db) : IPersonalData where TContext : DbContext
{
    public string Name => "unsent-events";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        var quoted = $"\"{subject}\"";
        return await db.Database.ExecuteSqlAsync($"DELETE FROM outbox WHERE position({quoted} in body) > 0", cancellation);
    }

    /// <summary>They say what the tables say.</summary>
    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => Task.CompletedTask;
}
