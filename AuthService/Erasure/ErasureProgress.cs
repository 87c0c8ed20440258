using System.Text.Json;
using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;

namespace AuthService.Erasure;

/// <summary>Who has answered, and the end of it.</summary>
public sealed class ErasureProgress(AuthDb db, TimeProvider time)
{
    /// <summary>Keeps a service's answer, the first one: a repeated one has nothing left to count.</summary>
    public async Task AnswerAsync(ErasureDone done, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await LockAsync(done.ErasureId, cancellation) is not { FinishedAt: null } erasure)
            return;
        var answer = await db.ErasureAnswers.SingleOrDefaultAsync(answer => answer.ErasureId == erasure.Id && answer.Service == done.Service, cancellation);
        if (answer is null)
            db.Add(answer = new ErasureAnswer { ErasureId = erasure.Id, Service = done.Service }); // one that is not waited for
        if (answer.AnsweredAt is not null)
            return;
        answer.Counts = JsonSerializer.Serialize(done.Counts, EventJson.Options);
        answer.AnsweredAt = done.Time.ToUniversalTime();
        await db.SaveChangesAsync(cancellation);
        await FinishIfDoneAsync(erasure, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The erasure, locked until the transaction ends; null when there is none.</summary>
    public async Task<ErasureRecord?> LockAsync(Guid id, CancellationToken cancellation) =>
        (await db.Erasures.FromSql($"SELECT * FROM erasures WHERE id = {id} FOR UPDATE").ToListAsync(cancellation)).SingleOrDefault();

    /// <summary>Ends an erasure that every service has answered, in the transaction that holds it locked. From then on nobody knows whose it was.</summary>
    /// <returns>False while somebody is missing, or an event that names the subject has not left yet.</returns>
    public async Task<bool> FinishIfDoneAsync(ErasureRecord erasure, CancellationToken cancellation)
    {
        if (await db.ErasureAnswers.AnyAsync(answer => answer.ErasureId == erasure.Id && answer.AnsweredAt == null, cancellation)
            || await db.Set<OutboxMessage>().AnyAsync(message => message.Body.Contains(erasure.Subject!), cancellation))
            return false;

        var now = time.GetUtcNow();
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        erasure.HistoryHead = change.Append($"erasure:{erasure.Id}", "erasure.finished", "auth", new { requestedAt = erasure.RequestedAt }, now).Hash;
        erasure.FinishedAt = now;
        erasure.Subject = null;
        db.Announce(new UserErased(erasure.Id, now), erasure.Id.ToString(), now);
        await change.CommitAsync(cancellation);
        return true;
    }
}
