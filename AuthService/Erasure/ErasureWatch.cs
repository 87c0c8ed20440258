using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;

namespace AuthService.Erasure;

/// <summary>Looks after erasures that are open: asks again, says when one takes too long, ends those that only waited for an event to leave.</summary>
internal sealed partial class ErasureWatch(
    IServiceScopeFactory scopes, DatabaseMigrator migrator, ErasureStatus status, IOptions<ErasureOptions> options, TimeProvider time, ILogger<ErasureWatch> logger)
    : BackgroundService
{
    private const int PageSize = 100;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await migrator.Completed.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(options.Value.CheckEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CheckAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogNotChecked(logger, e.Message);
            }
        }
    }

    private async Task CheckAsync(CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        var open = await db.Erasures.AsNoTracking().Where(e => e.FinishedAt == null).OrderBy(e => e.RepeatAt).Select(e => e.Id).Take(PageSize).ToListAsync(stopping);
        foreach (var id in open)
            await LookAfterAsync(id, stopping);

        var before = time.GetUtcNow() - options.Value.KeepReceipts;
        await db.Erasures.Where(e => e.FinishedAt < before).ExecuteDeleteAsync(stopping);
        var overdueSince = time.GetUtcNow() - options.Value.AlarmAfter;
        status.Set(
            await db.Erasures.CountAsync(e => e.FinishedAt == null, stopping),
            await db.Erasures.Where(e => e.FinishedAt == null && e.RequestedAt < overdueSince)
                .Join(db.ErasureAnswers.Where(answer => answer.AnsweredAt == null), e => e.Id, answer => answer.ErasureId, (e, answer) => new MissingAnswer(e.Id, answer.Service))
                .Take(PageSize).ToListAsync(stopping));
    }

    private async Task LookAfterAsync(Guid id, CancellationToken stopping)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<AuthDb>();
        var progress = scope.ServiceProvider.GetRequiredService<ErasureProgress>();
        await using var transaction = await db.Database.BeginTransactionAsync(stopping);
        if (await progress.LockAsync(id, stopping) is not { FinishedAt: null } erasure)
            return;
        if (!await progress.FinishIfDoneAsync(erasure, stopping))
        {
            await RepeatIfDueAsync(db, erasure, stopping);
            await AlarmIfDueAsync(db, erasure, stopping);
            await db.SaveChangesAsync(stopping);
        }
        await transaction.CommitAsync(stopping);
    }

    private async Task RepeatIfDueAsync(AuthDb db, ErasureRecord erasure, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        if (erasure.RepeatAt > now || await db.Set<OutboxMessage>().AnyAsync(message => message.Id == erasure.Id, stopping)) // not even sent yet
            return;
        db.Add(ErasureRequests.RequestOf(erasure));
        erasure.Repeats++;
        var pause = options.Value.RepeatAfter * Math.Pow(2, Math.Min(erasure.Repeats, 20));
        erasure.RepeatAt = now + (pause < options.Value.MaxRepeatInterval ? pause : options.Value.MaxRepeatInterval);
        LogRepeated(logger, erasure.Id, erasure.Repeats);
    }

    private async Task AlarmIfDueAsync(AuthDb db, ErasureRecord erasure, CancellationToken stopping)
    {
        var now = time.GetUtcNow();
        if (erasure.AlarmedAt is not null || now - erasure.RequestedAt < options.Value.AlarmAfter)
            return;
        erasure.AlarmedAt = now;
        var missing = await db.ErasureAnswers.Where(answer => answer.ErasureId == erasure.Id && answer.AnsweredAt == null).Select(answer => answer.Service).ToListAsync(stopping);
        LogOverdue(logger, erasure.Id, options.Value.AlarmAfter.TotalMinutes, string.Join(", ", missing));
    }

    [LoggerMessage(LogLevel.Error, "Erasure {Erasure} is not done after {Minutes} min: no answer from {Services}")]
    private static partial void LogOverdue(ILogger logger, Guid erasure, double minutes, string services);

    [LoggerMessage(LogLevel.Warning, "Erasure {Erasure}: the services are asked again, for the {Repeats}. time")]
    private static partial void LogRepeated(ILogger logger, Guid erasure, int repeats);

    [LoggerMessage(LogLevel.Warning, "Open erasures can't be looked after now: {Reason}")]
    private static partial void LogNotChecked(ILogger logger, string reason);
}
