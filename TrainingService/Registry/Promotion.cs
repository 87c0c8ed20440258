using InferenceSuite.Contracts;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.History;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace TrainingService.Registry;

/// <summary>Decides which version of a model is live. Gates on what a version has to prove first come with evaluations.</summary>
internal sealed class Promotion(TrainingDb db, TimeProvider time)
{
    /// <exception cref="ProblemException">404: no such version. 409: it is live already, or was refused.</exception>
    public async Task<ModelVersion> PromoteAsync(string model, string version, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var chosen = await FindAsync(model, version, cancellation) ?? throw ProblemException.NotFound("version");
        if (chosen.State == VersionState.Live)
            throw ProblemException.Conflict("already-live", $"{model} {version} is live already.");
        if (chosen.State == VersionState.Refused)
            throw ProblemException.Conflict("refused", $"{model} {version} did not pass its gates.");
        await MakeLiveAsync(change, chosen, RegistryActions.Promoted, actor, cancellation);
        return chosen;
    }

    /// <summary>Back to the version that was live before; called again, one further back.</summary>
    /// <exception cref="ProblemException">404: no such model. 409: no version was live before.</exception>
    public async Task<ModelVersion> RollBackAsync(string model, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        if (await db.Models.FindAsync([model], cancellation) is null)
            throw ProblemException.NotFound("model");
        var entries = await db.History.AsNoTracking().Where(e => e.Subject == model).OrderBy(e => e.Seq).ToListAsync(cancellation);
        var previous = LiveTrail.Previous(entries.Select(e => (e.Action, e.Details.GetProperty("version").GetString()!)))
            ?? throw ProblemException.Conflict("no-previous-version", $"No other version of {model} was live before.");
        var chosen = (await FindAsync(model, previous, cancellation))!;
        await MakeLiveAsync(change, chosen, RegistryActions.RolledBack, actor, cancellation);
        return chosen;
    }

    /// <summary>Promotes the newest candidate of a model that has no live version; null when there is nothing to do.</summary>
    public async Task<ModelVersion?> PromoteNewestIfNoneIsLiveAsync(string model, string actor, CancellationToken cancellation)
    {
        await using var change = await db.BeginRecordedChangeAsync(cancellation);
        var versions = await db.Versions.Where(v => v.Model == model).ToListAsync(cancellation);
        var newest = versions.Where(v => v.State == VersionState.Candidate).MaxBy(v => v.Version, VersionOrder.OldestFirst);
        if (newest is null || versions.Any(v => v.State == VersionState.Live))
            return null;
        await MakeLiveAsync(change, newest, RegistryActions.Promoted, actor, cancellation);
        return newest;
    }

    private async Task MakeLiveAsync(RecordedChange change, ModelVersion chosen, string action, string actor, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var before = await db.Versions.SingleOrDefaultAsync(v => v.Model == chosen.Model && v.State == VersionState.Live, cancellation);
        if (before is not null)
        {
            before.State = VersionState.Archived;
            await db.SaveChangesAsync(cancellation); // first: the index admits one live version
        }
        chosen.State = VersionState.Live;
        chosen.PromotedAt = now;
        var entry = change.Append(chosen.Model, action, actor, new { chosen.Version, Previous = before?.Version }, now);
        db.Announce(new ModelPromoted(chosen.Model, chosen.Version, before?.Version, entry.Hash, now), subject: chosen.Model, now);
        await change.CommitAsync(cancellation);
    }

    private ValueTask<ModelVersion?> FindAsync(string model, string version, CancellationToken cancellation) =>
        db.Versions.FindAsync([model, version], cancellation);
}
