using System.Text.Json;
using InferenceSuite.Contracts;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using ServiceDefaults.History;
using ServiceDefaults.Http;
using ServiceDefaults.Messaging;
using ServiceDefaults.Problems;
using TrainingService.Registry;

namespace TrainingService.Policies.Quality;

/// <summary>
/// Does what the policy says when a live version falls under its gate in use, and when it rises above again: at the change, not at every
/// measurement in between, so an admin who resumes a model has the last word until it changes once more. Where too little is known to tell, nothing changes.
/// </summary>
internal sealed partial class WatchQuality(
    TrainingDb db, Promotion promotion, ServiceIdentity identity, IOptions<PolicyOptions> options, TimeProvider time, ILogger<WatchQuality> logger) : IConsumer<QualityMeasured>
{
    // They stand in hashed entries of the history: never renamed.
    private const string Fell = "quality.fell", Recovered = "quality.recovered";

    public async Task Consume(ConsumeContext<QualityMeasured> context)
    {
        var (measured, cancellation) = (context.Message, context.CancellationToken);
        if (await db.Models.AsNoTracking().SingleOrDefaultAsync(m => m.Name == measured.Model, cancellation) is not { Dataset: not null } model)
            return;
        if (await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == model.Dataset, cancellation) is not { } policy)
            return;
        var action = policy.Policy.OnLowQuality;
        // Where it has consequences no caller decides alone; a model that is somebody's own is judged by them, and for an alert everything counts.
        var all = measured.Labels;
        if (action != LowQuality.Alert && model.Owner is null)
            measured = measured.Balanced ?? measured;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await NoteAsync(measured, all, cancellation) is not [var known])
            return; // a later one came before
        if (measured.Labels < options.Value.MinQualityLabels)
        {
            await transaction.CommitAsync(cancellation); // GET of the policy says that it is too few
            return;
        }
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var live = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == measured.Model && v.Version == measured.Version && v.State == VersionState.Live, cancellation);
        if (live is null)
            return; // what does not serve any more does no harm
        known = known.BelowSince < live.PromotedAt ? new Known(Below: null, BelowSince: null, By: null) : known; // what was done then ended when it went live again
        var verdict = QualityGate.Judge(policy.Policy.Gates ?? new(), measured, LabelsOf(live), known.By ?? []);
        if (verdict.Stand == QualityStand.Below && known.Below is null)
            await FallAsync(change, measured, action, verdict.Reason!, cancellation);
        else if (verdict.Stand == QualityStand.Above)
            await RiseAsync(change, measured, known.Below is not null, cancellation);
        await KeepAsync(measured, verdict.Stand switch
        {
            QualityStand.Below => new Known(verdict.Reason, known.Below is null ? time.GetUtcNow() : known.BelowSince, [.. verdict.By.Union(known.By ?? [])]),
            QualityStand.Above => new Known(Below: null, BelowSince: null, By: null),
            _ => known,
        }, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static string[]? LabelsOf(ModelVersion version) =>
        version.Manifest.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Array ? [.. labels.EnumerateArray().Select(label => label.ToString())] : null;

    /// <summary>What was known of the version before, as a single row; none: something newer is known. Others wait here until this one is through.</summary>
    /// <param name="all">Judged predictions, whoever judged them.</param>
    private Task<List<Known>> NoteAsync(QualityMeasured measured, long all, CancellationToken cancellation) => db.Database.SqlQuery<Known>($"""
        INSERT INTO measured_quality AS q (model, version, time, labels, judged) VALUES ({measured.Model}, {measured.Version}, {measured.Time.ToUniversalTime()}, {measured.Labels}, {all})
        ON CONFLICT (model, version) DO UPDATE SET time = excluded.time, labels = excluded.labels, judged = excluded.judged WHERE q.time < excluded.time
        RETURNING below AS "Below", below_since AS "BelowSince", below_by AS "By"
        """).ToListAsync(cancellation);

    private Task KeepAsync(QualityMeasured measured, Known known, CancellationToken cancellation) => db.Database.ExecuteSqlAsync($"""
        UPDATE measured_quality SET below = {known.Below}, below_since = {known.BelowSince}, below_by = {known.By} WHERE model = {measured.Model} AND version = {measured.Version}
        """, cancellation);

    private async Task FallAsync(RecordedChange change, QualityMeasured measured, LowQuality action, string reason, CancellationToken cancellation)
    {
        LogFell(logger, measured.Model, measured.Version, reason, action);
        switch (action)
        {
            case LowQuality.Alert:
                change.Append(measured.Model, Fell, identity.Name, new { measured.Version, reason }, time.GetUtcNow());
                await change.CommitAsync(cancellation);
                break;
            case LowQuality.Rollback when await RollBackAsync(measured, cancellation):
                break;
            default: // refuse; and with nothing to go back to, too
                await promotion.SuspendAsync(measured.Model, measured.Version, reason, identity.Name, cancellation);
                break;
        }
    }

    private async Task RiseAsync(RecordedChange change, QualityMeasured measured, bool wasBelow, CancellationToken cancellation)
    {
        if (await promotion.ResumeAsync(measured.Model, "Its quality in use is above the gate again.", identity.Name, cancellation) || !wasBelow)
            return;
        change.Append(measured.Model, Recovered, identity.Name, new { measured.Version }, time.GetUtcNow());
        await change.CommitAsync(cancellation);
    }

    /// <summary>To the last version that was live before and is not known to be under its gate; false: there is none.</summary>
    private async Task<bool> RollBackAsync(QualityMeasured measured, CancellationToken cancellation)
    {
        var low = await db.Database.SqlQuery<string>($"SELECT version AS \"Value\" FROM measured_quality WHERE model = {measured.Model} AND below IS NOT NULL").ToListAsync(cancellation);
        try
        {
            await promotion.RollBackAsync(measured.Model, identity.Name, cancellation, except: [measured.Version, .. low]);
            return true;
        }
        catch (ProblemException e) when (e.Code == "no-previous-version")
        {
            return false;
        }
    }

    /// <param name="By">Figures of classes, as <see cref="QualityVerdict.By"/>.</param>
    private sealed record Known(string? Below, DateTimeOffset? BelowSince, string[]? By);

    [LoggerMessage(LogLevel.Warning, "{Model} {Version} fell under its gate in use: {Reason}. The policy says {Action}")]
    private static partial void LogFell(ILogger logger, string model, string version, string reason, LowQuality action);
}

internal sealed class WatchQualityDefinition() : EventConsumerDefinition<WatchQuality, QualityMeasured>("training.quality");
