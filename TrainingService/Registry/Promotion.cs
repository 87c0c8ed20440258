using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService.Runs.Queue;

namespace TrainingService.Registry;

/// <summary>
/// Which version of a model is live, and whether it may predict. Each change is one transaction under the history's lock: with its entry there and
/// its event. What a version has to prove before, <see cref="Evaluations.Gatekeeper"/> knows.
/// </summary>
internal sealed class Promotion(TrainingDb db, TimeProvider time)
{
    /// <exception cref="ProblemException">404: no such version. 409: it is live already, was refused, or another version went live meanwhile.</exception>
    /// <exception cref="LeaseLostException">The run that promotes was cancelled, or is another worker's by now.</exception>
    public async Task<ModelVersion> PromoteAsync(string model, string version, string actor, PromotionTerms terms, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (terms.Hold is { } hold)
            await db.RequireHeldAsync(hold, cancellation);
        var chosen = await FindAsync(model, version, cancellation) ?? throw ProblemException.NotFound("version");
        if (chosen.State == VersionState.Live)
            throw ProblemException.Conflict("already-live", $"{model} {version} is live already.");
        if (chosen.State == VersionState.Refused && !terms.Forced)
            throw ProblemException.Conflict("refused", $"{model} {version} did not pass its gates: {string.Join("; ", chosen.Refused ?? [])}.");
        if (terms.Against is { } against && against.Version != (await LiveAsync(model, cancellation))?.Version)
            throw ProblemException.Conflict(PromotionTerms.LiveChanged, $"Another version of {model} went live meanwhile.");
        await MakeLiveAsync(change, chosen, RegistryActions.Promoted, actor, terms, cancellation);
        return chosen;
    }

    /// <summary>Back to the version that was live before; called again, one further back.</summary>
    /// <param name="except">Versions that it does not go back to: to what was live before them instead.</param>
    /// <exception cref="ProblemException">404: no such model. 409: no version was live before.</exception>
    public async Task<ModelVersion> RollBackAsync(string model, string actor, CancellationToken cancellation, params string[] except)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (!await db.Models.AnyAsync(m => m.Name == model, cancellation))
            throw ProblemException.NotFound("model");
        var entries = await db.History.AsNoTracking()
            .Where(e => e.Subject == model && (e.Action == RegistryActions.Promoted || e.Action == RegistryActions.RolledBack)).OrderBy(e => e.Seq).ToListAsync(cancellation);
        var previous = LiveTrail.Previous(entries.Select(e => (e.Action, e.Details.GetProperty("version").GetString()!)), except)
            ?? throw ProblemException.Conflict("no-previous-version", $"No other version of {model} was live before.");
        var chosen = (await FindAsync(model, previous, cancellation))!;
        await MakeLiveAsync(change, chosen, RegistryActions.RolledBack, actor, PromotionTerms.None, cancellation);
        return chosen;
    }

    /// <summary>Promotes the newest imported candidate of a model that has no live version; null when there is nothing to do.</summary>
    public async Task<ModelVersion?> PromoteNewestIfNoneIsLiveAsync(string model, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var versions = await db.Versions.Where(v => v.Model == model).ToListAsync(cancellation);
        var newest = versions.Where(v => v is { State: VersionState.Candidate, Origin: VersionOrigin.Imported }).MaxBy(v => v.Version, VersionOrder.OldestFirst);
        if (newest is null || versions.Any(v => v.State == VersionState.Live))
            return null;
        if (await db.Models.AnyAsync(m => m.Name == model && m.RetiredAt != null, cancellation))
            return null;
        await MakeLiveAsync(change, newest, RegistryActions.Promoted, actor, PromotionTerms.None, cancellation);
        return newest;
    }

    /// <summary>The version did not pass. What serves goes on serving. False when it was refused already, or is no candidate any more.</summary>
    /// <exception cref="ProblemException">404: no such version.</exception>
    public async Task<bool> RefuseAsync(string model, string version, IReadOnlyList<string> reasons, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var chosen = await FindAsync(model, version, cancellation) ?? throw ProblemException.NotFound("version");
        if (chosen.State != VersionState.Candidate)
            return false;
        var now = time.GetUtcNow();
        (chosen.State, chosen.Refused) = (VersionState.Refused, [.. reasons]);
        var entry = change.Append(model, RegistryActions.Refused, actor, new { version, reasons }, now);
        db.Announce(new ModelRefused(model, version, reasons, entry.Hash, now), subject: model, now);
        await change.CommitAsync(cancellation);
        return true;
    }

    /// <summary>The live version must not predict for now. False when it must not already, nothing is live, or <paramref name="version"/> is not it any more.</summary>
    /// <param name="version">That <paramref name="reason"/> speaks of; null: whichever is live.</param>
    /// <exception cref="ProblemException">404: no such model.</exception>
    public async Task<bool> SuspendAsync(string model, string? version, string reason, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var (known, live) = (await FindModelAsync(model, cancellation), await LiveAsync(model, cancellation));
        if (live is null || known.SuspendedAt is not null || (version is not null && version != live.Version))
            return false;
        var now = time.GetUtcNow();
        (known.SuspendedAt, known.SuspendedReason) = (now, reason);
        var entry = change.Append(model, RegistryActions.Suspended, actor, new { live.Version, reason }, now);
        db.Announce(new ModelSuspended(model, live.Version, reason, entry.Hash, now), subject: model, now);
        await change.CommitAsync(cancellation);
        return true;
    }

    /// <inheritdoc cref="SuspendAsync(string, string?, string, string, CancellationToken)"/>
    public Task<bool> SuspendAsync(string model, string reason, string actor, CancellationToken cancellation) => SuspendAsync(model, version: null, reason, actor, cancellation);

    /// <summary>The model predicts again. False when it does already.</summary>
    /// <exception cref="ProblemException">404: no such model.</exception>
    public async Task<bool> ResumeAsync(string model, string reason, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var (known, live) = (await FindModelAsync(model, cancellation), await LiveAsync(model, cancellation));
        if (live is null || known.SuspendedAt is null)
            return false;
        Resume(change, known, live, reason, actor, time.GetUtcNow());
        await change.CommitAsync(cancellation);
        return true;
    }

    private async Task MakeLiveAsync(RecordedChange change, ModelVersion chosen, string action, string actor, PromotionTerms terms, CancellationToken cancellation)
    {
        var model = await FindModelAsync(chosen.Model, cancellation);
        if (model.RetiredAt is not null)
            throw ProblemException.Conflict("retired", $"{chosen.Model} belonged to somebody who was erased; nothing of it is served again.");
        var now = time.GetUtcNow();
        var before = await LiveAsync(chosen.Model, cancellation);
        if (before is not null)
        {
            before.State = VersionState.Archived;
            await db.SaveChangesAsync(cancellation); // first: the index admits one live version
        }
        (chosen.State, chosen.PromotedAt, chosen.Refused) = (VersionState.Live, now, null);
        var entry = change.Append(chosen.Model, action, actor, terms.OnRecord(chosen.Version, before?.Version), now);
        db.Announce(new ModelPromoted(chosen.Model, chosen.Version, before?.Version, entry.Hash, now), subject: chosen.Model, now);
        if (model.SuspendedAt is not null)
        {
            await db.SaveChangesAsync(cancellation); // first: of two events at once the order would be the database's
            Resume(change, model, chosen, "Another version went live.", actor, now);
        }
        await change.CommitAsync(cancellation);
    }

    private void Resume(RecordedChange change, Model model, ModelVersion live, string reason, string actor, DateTimeOffset now)
    {
        (model.SuspendedAt, model.SuspendedReason) = (null, null);
        var entry = change.Append(model.Name, RegistryActions.Resumed, actor, new { live.Version, reason }, now);
        db.Announce(new ModelResumed(model.Name, live.Version, entry.Hash, now), subject: model.Name, now);
    }

    private async Task<Model> FindModelAsync(string model, CancellationToken cancellation) =>
        await CurrentAsync(db.Models.Where(m => m.Name == model), cancellation) ?? throw ProblemException.NotFound("model");

    private Task<ModelVersion?> LiveAsync(string model, CancellationToken cancellation) =>
        CurrentAsync(db.Versions.Where(v => v.Model == model && v.State == VersionState.Live), cancellation);

    private Task<ModelVersion?> FindAsync(string model, string version, CancellationToken cancellation) =>
        CurrentAsync(db.Versions.Where(v => v.Model == model && v.Version == version), cancellation);

    /// <summary>As it is under the lock: what the context had of it before may be old.</summary>
    private async Task<TEntity?> CurrentAsync<TEntity>(IQueryable<TEntity> one, CancellationToken cancellation) where TEntity : class
    {
        var found = await one.SingleOrDefaultAsync(cancellation);
        if (found is not null)
            await db.Entry(found).ReloadAsync(cancellation);
        return found;
    }
}
