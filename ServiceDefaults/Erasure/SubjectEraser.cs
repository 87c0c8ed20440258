using System.Globalization;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Database;
using ServiceDefaults.Http;
using ServiceDefaults.Outbox;

namespace ServiceDefaults.Erasure;

/// <summary>
/// Erases a subject from one service: first the door is shut, then every kind of personal data goes, page by page, each page counted in the
/// transaction that removes it, then the answer is announced. Stopped anywhere it begins again and loses no count.
/// </summary>
internal sealed partial class SubjectEraser<TContext>(
    TContext db, IEnumerable<IPersonalData> kinds, ServiceIdentity identity, TimeProvider time, ILogger<SubjectEraser<TContext>> logger)
    where TContext : DbContext
{
    private static readonly TimeSpan KeepCounts = TimeSpan.FromDays(90);

    // A person may have millions of rows. The server itself ends what takes longer, and so it is told from a server that is away: it is not tried without end.
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromMinutes(15), ServersLead = TimeSpan.FromMinutes(1);

    // Events that the others' removal leaves behind go last.
    private readonly IPersonalData[] kinds = [.. kinds.OrderBy(kind => kind is UnsentEvents<TContext>)];

    public async Task EraseAsync(ErasureRequested request, CancellationToken cancellation)
    {
        if (!Guid.TryParse(request.Subject, out _))
            throw new ArgumentException("Only users can be erased: the subject is no user's id."); // never 'guest', or 'registry' with all its models
        await db.RefuseAsync(request.Subject, time.GetUtcNow(), cancellation);
        foreach (var kind in kinds)
        {
            while (await ErasePageAsync(request, kind, cancellation) > 0)
            {
            }
        }
        await AnswerAsync(request, cancellation);
    }

    private async Task<long> ErasePageAsync(ErasureRequested request, IPersonalData kind, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Database.SetCommandTimeout(StatementTimeout + ServersLead);
        await db.Database.ExecuteSqlAsync($"SELECT set_config('statement_timeout', {StatementTimeout.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)}, true)", cancellation);
        await TakeTurnAsync(request, cancellation);
        var removed = await kind.EraseAsync(request.Subject, cancellation);
        if (removed > 0)
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO erasure_progress VALUES ({request.ErasureId}, {kind.Name}, {removed})
                ON CONFLICT (erasure_id, name) DO UPDATE SET removed = erasure_progress.removed + excluded.removed
                """, cancellation);
        }
        await transaction.CommitAsync(cancellation);
        return removed;
    }

    private async Task AnswerAsync(ErasureRequested request, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await TakeTurnAsync(request, cancellation);
        // They stay for a while: asked again by a message that came twice, a service gives the same answer again.
        var removed = await db.Database.SqlQuery<Progress>(
            $"""SELECT name AS "Name", removed AS "Removed" FROM erasure_progress WHERE erasure_id = {request.ErasureId}""").ToListAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM erasure_progress WHERE erasure_id < {TimeOrderedIds.LowestOf(time.GetUtcNow() - KeepCounts)}", cancellation);
        var counts = kinds.Select(kind => kind.Name).Distinct().ToDictionary(name => name, name => removed.Find(progress => progress.Name == name)?.Removed ?? 0);
        var now = time.GetUtcNow();
        db.Announce(new ErasureDone(request.ErasureId, identity.Name, counts, now), request.ErasureId.ToString(), now);
        await db.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        LogErased(logger, request.ErasureId, counts.Values.Sum());
    }

    /// <summary>A request that came twice is worked on twice at once: neither may take what the other has in hand for nothing left.</summary>
    private Task TakeTurnAsync(ErasureRequested request, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({request.ErasureId.ToString()}, 0))", cancellation);

    private sealed record Progress(string Name, long Removed);

    [LoggerMessage(LogLevel.Information, "Erasure {Erasure}: {Count} records removed here")]
    private static partial void LogErased(ILogger logger, Guid erasure, long count);
}
