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
/// measurement in between, so an admin who resumes a model has the last word until it changes once more.
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
        if (model.Owner is null) // one that is somebody's own is judged by them alone
            measured = measured.Balanced ?? measured;
        if (measured.Labels < options.Value.MinQualityLabels)
            return;
        if (await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == model.Dataset, cancellation) is not { } policy)
            return;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        if (await NoteAsync(measured, cancellation) is not [var known])
            return; // a later one came before
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var live = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == measured.Model && v.Version == measured.Version && v.State == VersionState.Live, cancellation);
        if (live is null)
            return; // what does not serve any more does no harm
        var before = known.BelowSince < live.PromotedAt ? null : known.Below; // what was done then ended when it went live again
        var below = QualityGate.WhyBelow(policy.Policy.Gates ?? new(), measured, LabelsOf(live));
        if (below is not null && before is null)
            await FallAsync(change, measured, policy.Policy.OnLowQuality, below, cancellation);
        else if (below is null)
            await RiseAsync(change, measured, before is not null, cancellation);
        var since = below is null ? (DateTimeOffset?)null : before is null ? time.GetUtcNow() : known.BelowSince;
        await db.Database.ExecuteSqlAsync($"UPDATE measured_quality SET below = {below}, below_since = {since} WHERE model = {measured.Model} AND version = {measured.Version}", cancellation);
        await transaction.CommitAsync(cancellation);
    }

    private static string[]? LabelsOf(ModelVersion version) =>
        version.Manifest.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Array ? [.. labels.EnumerateArray().Select(label => label.ToString())] : null;

    /// <summary>What was known of the version before, as a single row; none: something newer is known. Others wait here until this one is through.</summary>
    private Task<List<Known>> NoteAsync(QualityMeasured measured, CancellationToken cancellation) => db.Database.SqlQuery<Known>($"""
        INSERT INTO measured_quality AS q (model, version, time, labels) VALUES ({measured.Model}, {measured.Version}, {measured.Time.ToUniversalTime()}, {measured.Labels})
        ON CONFLICT (model, version) DO UPDATE SET time = excluded.time, labels = excluded.labels WHERE q.time < excluded.time
        RETURNING below AS "Below", below_since AS "BelowSince"
        """).ToListAsync(cancellation);

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

    private sealed record Known(string? Below, DateTimeOffset? BelowSince);

    [LoggerMessage(LogLevel.Warning, "{Model} {Version} fell under its gate in use: {Reason}. The policy says {Action}")]
    private static partial void LogFell(ILogger logger, string model, string version, string reason, LowQuality action);
}

internal sealed class WatchQualityDefinition() : EventConsumerDefinition<WatchQuality, QualityMeasured>("training.quality");
