using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs;

namespace TrainingService.Evaluations;

/// <summary>Holds a version against the gates of the data set that guards its model, and against the live version.</summary>
internal sealed class Judge(TrainingDb db, ReferenceSets references, VersionEvaluator evaluator, CandidateTrial trial)
{
    public const string NotEvaluated = "not-evaluated";

    /// <param name="run">Whose evaluation counts; null: the newest. Either has to be on the reference set as it is now.</param>
    /// <param name="mayAsk">Whether the live version may be evaluated for it and a candidate tried, which takes its time.</param>
    /// <exception cref="ProblemException">409 <c>not-evaluated</c>: says on what.</exception>
    public async Task<Judgement> JudgeAsync(ModelVersion version, Guid? run, bool mayAsk, CancellationToken cancellation)
    {
        var (evaluation, dataset, isCurrent) = await EvidenceAsync(version, run, cancellation);
        var live = await db.Versions.AsNoTracking().SingleOrDefaultAsync(v => v.Model == version.Model && v.State == VersionState.Live, cancellation);
        if (!isCurrent)
            return new Judgement(["not-comparable: reference rows were erased since it was evaluated, have other labels, or others were chosen; evaluate it again"], live?.Version, Against: null, IsFinal: false);
        var policy = await db.Policies.AsNoTracking().SingleOrDefaultAsync(p => p.Dataset == dataset.Number, cancellation);
        var gates = policy?.Policy.Gates ?? Gates.Default;
        var rows = await EvaluatedRows.ReadAsync(db, references, evaluation, cancellation);

        var comparing = gates.MustBeatLive && live is not null && live.Version != version.Version;
        List<string> reasons = [.. gates.FailedBy(LabelReport.Of(evaluation.Reference))];
        if (gates.AskForFigures || comparing)
            reasons.AddRange(LabelReport.Of(evaluation.Reference).TooSmall(await ClassesOfAsync(evaluation, cancellation)));
        if (await TrainedOn.CountSeenAsync(db, version, dataset, cancellation) is > 0 and var seen)
            reasons.Add($"reference-seen: it was trained on {seen} of the reference rows, which were chosen later; train anew");
        if (comparing && await TrainedOn.CountSeenAsync(db, live!, dataset, cancellation) is > 0 and var known)
        {
            var alone = new Judgement(reasons, live!.Version, Against: null, Note: $"Not compared with version {live.Version}, which was trained on {known} of the reference rows.");
            return await TriedAsync(alone, version, evaluation, dataset, mayAsk, cancellation);
        }
        if (!comparing)
            return await TriedAsync(new Judgement(reasons, live?.Version, Against: null), version, evaluation, dataset, mayAsk, cancellation);
        var (against, obstacle) = await AgainstAsync(live!, evaluation, rows, dataset, mayAsk, cancellation);
        if (obstacle is not null)
            return new Judgement([.. reasons, obstacle.Reason], live!.Version, Against: null, IsFinal: reasons.Count > 0 || !obstacle.MayPass);
        var judgement = new Judgement(against!.Passed ? reasons : [.. reasons, against.WhyNot(live!.Version)], live!.Version, against);
        return await TriedAsync(judgement, version, evaluation, dataset, mayAsk, cancellation);
    }

    /// <summary>A candidate that passed has to answer by InferenceService, too: what it did in its training says nothing about that.</summary>
    private async Task<Judgement> TriedAsync(Judgement judgement, ModelVersion version, Evaluation evaluation, Dataset dataset, bool mayAsk, CancellationToken cancellation)
    {
        if (judgement.Reasons.Count > 0 || !mayAsk || version.State != VersionState.Candidate)
            return judgement;
        return await trial.TryAsync(version, evaluation, dataset, cancellation) is { } obstacle
            ? judgement with { Reasons = [obstacle.Reason], IsFinal = !obstacle.MayPass }
            : judgement;
    }

    private async Task<(Evaluation Evaluation, Dataset Dataset, bool IsCurrent)> EvidenceAsync(ModelVersion version, Guid? run, CancellationToken cancellation)
    {
        var guard = await db.Models.Where(m => m.Name == version.Model).Select(m => m.Dataset).SingleAsync(cancellation);
        var evaluations = db.Evaluations.AsNoTracking().Where(e => e.Model == version.Model && e.Version == version.Version && (guard == null || e.Dataset == guard));
        if (run is not null)
            evaluations = evaluations.Where(e => e.Run == run);
        var newest = await evaluations.OrderByDescending(e => e.CreatedAt).FirstOrDefaultAsync(cancellation) ?? throw Missing(version, "was never evaluated on the data set that it would be judged by");
        var dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Number == newest.Dataset, cancellation);
        var isCurrent = newest.ReferenceHash == ReferenceSets.HashOf(await references.ReadAsync(dataset.Number, dataset.Revision, cancellation));
        if (run is null && !isCurrent)
            throw Missing(version, "was evaluated on reference rows that have changed since");
        return (newest, dataset, isCurrent);
    }

    /// <summary>How it did against the live version on the same rows, or why nobody can tell.</summary>
    private async Task<(Contest? Against, Obstacle? Obstacle)> AgainstAsync(
        ModelVersion live, Evaluation candidate, EvaluatedRows? rows, Dataset dataset, bool mayAsk, CancellationToken cancellation)
    {
        if (rows is null)
            return (null, new Obstacle("not-comparable: reference rows were erased since it was evaluated, or others chosen; evaluate it again", MayPass: true));
        byte[] none = []; // rows of it were erased
        var known = await db.Evaluations.AsNoTracking()
            .Where(e => e.Model == live.Model && e.Version == live.Version && e.Dataset == candidate.Dataset && e.ReferenceHash == candidate.ReferenceHash && e.Answers != none)
            .OrderByDescending(e => e.CreatedAt).FirstOrDefaultAsync(cancellation);
        if (known is null && !mayAsk)
            return (null, new Obstacle($"not-comparable: the live version {live.Version} was not evaluated on this reference set", MayPass: true));
        try
        {
            var snapshot = await db.Snapshots.AsNoTracking().SingleAsync(s => s.Id == candidate.Snapshot, cancellation);
            known ??= await evaluator.EvaluateAsync(live, dataset, snapshot, candidate.Run, withTest: false, _ => { }, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or RunFailedException or ProblemException)
        {
            return (null, new Obstacle($"not-comparable: the live version {live.Version} can't be asked: {e.Message}", MayPass: e is HttpRequestException or ProblemException { Status: 429 or >= 500 }));
        }
        return rows.Compare(known, candidate, cancellation) is { } contest ? (contest, null)
            : (null, new Obstacle($"not-comparable: the evaluation of the live version {live.Version} is on other rows", MayPass: false));
    }

    /// <summary>Of the snapshot that it was evaluated on; of numbers none.</summary>
    private async Task<IReadOnlyList<string>> ClassesOfAsync(Evaluation evaluation, CancellationToken cancellation) => evaluation.Classes.Count == 0 ? [] : await db.Snapshots.Where(s => s.Id == evaluation.Snapshot)
        .SelectMany(s => db.Labels.Where(l => l.Dataset == s.Dataset && l.Text != null && l.Added <= s.Revision && (l.Removed == null || l.Removed > s.Revision)).Select(l => l.Text!))
        .Distinct().OrderBy(label => label).ToListAsync(cancellation);

    private static ProblemException Missing(ModelVersion version, string what) => ProblemException.Conflict(
        NotEvaluated, $"{version.Model} {version.Version} {what}. POST /v1/registry/models/{version.Model}/versions/{version.Version}/evaluations does that.");
}

/// <param name="MayPass">By itself: it says nothing about the version.</param>
internal sealed record Obstacle(string Reason, bool MayPass);

/// <param name="Reasons">A sentence for each gate failed.</param>
/// <param name="Live">What was live then.</param>
/// <param name="IsFinal">False: it could not be judged for now.</param>
/// <param name="Note">What goes on record with a promotion.</param>
internal sealed record Judgement(IReadOnlyList<string> Reasons, string? Live, Contest? Against, bool IsFinal = true, string? Note = null);
