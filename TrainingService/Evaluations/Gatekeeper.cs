using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs.Queue;

namespace TrainingService.Evaluations;

/// <summary>Lets a version go live, or says why not.</summary>
internal sealed class Gatekeeper(TrainingDb db, Judge judge, Promotion promotion)
{
    private const int MostAttempts = 5;

    /// <summary>
    /// Holds the version's newest evaluation on the data set's reference against the gates and the live version, which is evaluated for it if it has
    /// not been on this reference. Passed: it is promoted. Not passed: it is refused, with an event and an entry in the history. Called again, the same.
    /// While the live version can't be asked because InferenceService is away, it stays a candidate.
    /// </summary>
    /// <param name="hold">The worker's that decides: a run that was cancelled promotes nothing. Null: nobody can take the run away.</param>
    /// <exception cref="ProblemException">404: no such version. 409 <c>not-evaluated</c>, or other versions go live all the time.</exception>
    /// <exception cref="LeaseLostException">The run is not this worker's any more.</exception>
    public async Task<GateDecision> DecideAsync(ModelVersion version, Guid run, RunHold? hold, string actor, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var current = await FindAsync(version.Model, version.Version, cancellation);
            if (current.State != VersionState.Candidate)
                return new GateDecision(current.State != VersionState.Refused, current.Refused ?? [], await LiveAsync(version.Model, cancellation), Against: null);
            var judgement = await judge.JudgeAsync(current, run, mayAsk: true, cancellation);
            if (judgement.Reasons.Count == 0)
            {
                if (await TryPromoteAsync(current, hold, actor, judgement, cancellation))
                    return new GateDecision(Promoted: true, [], current.Version, judgement.Against);
                continue; // another version went live meanwhile: it has to beat that one
            }
            if (judgement.IsFinal)
                await promotion.RefuseAsync(current.Model, current.Version, judgement.Reasons, actor, cancellation);
            return new GateDecision(Promoted: false, judgement.Reasons, judgement.Live, judgement.Against);
        }
        throw ProblemException.Conflict(PromotionTerms.LiveChanged, $"Other versions of {version.Model} go live all the time.");
    }

    /// <summary>Promotes because somebody says so, if the version has proved itself. What does not pass stays what it is.</summary>
    /// <exception cref="ProblemException">404. 409: <c>already-live</c>, <c>refused</c>, <c>not-evaluated</c>, <c>gates-failed</c> with the reasons.</exception>
    public async Task<ModelVersion> PromoteAsync(string model, string version, string actor, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < MostAttempts; attempt++)
        {
            var current = await FindAsync(model, version, cancellation);
            var guarded = await db.Models.AnyAsync(m => m.Name == model && m.Dataset != null, cancellation);
            if (current.State is VersionState.Live or VersionState.Refused || (current.Origin == VersionOrigin.Imported && !guarded))
                return await promotion.PromoteAsync(model, version, actor, PromotionTerms.None, cancellation);
            var judgement = await judge.JudgeAsync(current, run: null, mayAsk: true, cancellation);
            if (judgement.Reasons.Count > 0)
            {
                throw new ProblemException(StatusCodes.Status409Conflict, "gates-failed", $"{model} {version} may not go live: {string.Join("; ", judgement.Reasons)}.")
                {
                    Extensions = new Dictionary<string, object?> { ["reasons"] = judgement.Reasons, ["against"] = judgement.Against },
                };
            }
            if (await TryPromoteAsync(current, hold: null, actor, judgement, cancellation))
                return await FindAsync(model, version, cancellation);
        }
        throw ProblemException.Conflict(PromotionTerms.LiveChanged, $"Other versions of {model} go live all the time.");
    }

    /// <summary>Promotes whatever stands against it, which goes on record with the reason.</summary>
    /// <exception cref="ProblemException">404. 409: it is live already.</exception>
    public async Task<ModelVersion> ForceAsync(string model, string version, string actor, string reason, CancellationToken cancellation)
    {
        var current = await FindAsync(model, version, cancellation);
        var overruled = current.Refused ?? await StandsAgainstAsync(current, cancellation);
        return await promotion.PromoteAsync(model, version, actor, new PromotionTerms(Forced: true, reason, overruled.Count > 0 ? overruled : null), cancellation);
    }

    private async Task<IReadOnlyList<string>> StandsAgainstAsync(ModelVersion version, CancellationToken cancellation)
    {
        try
        {
            return (await judge.JudgeAsync(version, run: null, mayAsk: false, cancellation)).Reasons;
        }
        catch (ProblemException e) when (e.Code == Judge.NotEvaluated)
        {
            return [e.Message];
        }
    }

    private async Task<bool> TryPromoteAsync(ModelVersion version, RunHold? hold, string actor, Judgement judgement, CancellationToken cancellation)
    {
        try
        {
            await promotion.PromoteAsync(version.Model, version.Version, actor, new PromotionTerms(Reason: judgement.Note, Against: new LiveThen(judgement.Live), Hold: hold), cancellation);
            return true;
        }
        catch (ProblemException e) when (e.Code == PromotionTerms.LiveChanged)
        {
            return false;
        }
    }

    private async Task<ModelVersion> FindAsync(string model, string version, CancellationToken cancellation) =>
        await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == model && v.Version == version, cancellation) ?? throw ProblemException.NotFound("version");

    private Task<string?> LiveAsync(string model, CancellationToken cancellation) =>
        db.Versions.Where(v => v.Model == model && v.State == VersionState.Live).Select(v => v.Version).SingleOrDefaultAsync(cancellation);
}

/// <param name="Reasons">A sentence for each gate failed; of a promotion none.</param>
/// <param name="Live">The version that serves now.</param>
/// <param name="Against">How it did against the version that was live; absent when none was, or that one can't be asked.</param>
internal sealed record GateDecision(bool Promoted, IReadOnlyList<string> Reasons, string? Live, Contest? Against);
