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
        if (await TrainedOn.SeenAsync(db, version, dataset, cancellation) is { Count: > 0 } seen)
            reasons.Add($"reference-seen: it was trained on {seen.Count} of the reference rows, which were chosen later; train anew");
        if (!comparing)
            return await TriedAsync(new Judgement(reasons, live?.Version, Against: null), version, evaluation, dataset, mayAsk, cancellation);
        var compared = await CompareAsync(live!, evaluation, rows, dataset, gates, mayAsk, cancellation);
        if (compared.Obstacle is { } obstacle)
            return new Judgement([.. reasons, obstacle.Reason], live!.Version, Against: null, IsFinal: reasons.Count > 0 || !obstacle.MayPass);
        var judgement = new Judgement([.. reasons, .. compared.Reasons], live!.Version, compared.Against, Note: compared.Note);
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

    /// <summary>
    /// Against the live version on the rows that this was not trained on, which would favour it; and once more on those with a class that it knows: of others it gets all wrong, which would
    /// outweigh what the version has forgotten.
    /// </summary>
    private async Task<Compared> CompareAsync(ModelVersion live, Evaluation evaluation, EvaluatedRows? rows, Dataset dataset, Gates gates, bool mayAsk, CancellationToken cancellation)
    {
        if (rows is null)
            return Compared.Not("not-comparable: reference rows were erased since it was evaluated, or others chosen; evaluate it again");
        var seen = await TrainedOn.SeenAsync(db, live, dataset, cancellation);
        var fair = seen.Count == 0 ? rows : rows.Where(row => !seen.Contains(row.Id));
        if (seen.Count > 0 && !fair.AreEnough(LabelReport.Of(evaluation.Reference).Kind.Reference))
        {
            return gates.AskForFigures
                ? new Compared(Against: null, [], Note: $"Not compared with version {live.Version}, which was trained on {seen.Count} of the reference rows.")
                : Compared.Not($"not-comparable: the live version {live.Version} was trained on {seen.Count} of the {rows.Count} reference rows, and the others are too few to compare by; give the policy a gate that asks for a figure, or have an admin promote it");
        }
        var (known, obstacle) = await EvaluateAsync(live, evaluation, dataset, mayAsk, cancellation);
        if (obstacle is not null)
            return new Compared(Against: null, [], obstacle);
        if (fair.Compare(known!, evaluation, cancellation) is not { } against)
            return Compared.Not($"not-comparable: the evaluation of the live version {live.Version} is on other rows");
        var note = seen.Count == 0 ? null : $"Compared with version {live.Version} on the {fair.Count} reference rows that it was not trained on.";
        var familiar = ServedManifest.Read(live.Manifest).Labels is { } labels ? fair.Where(row => labels.Contains(row.Label)) : fair;
        var among = familiar.Count == fair.Count || familiar.Count == 0 ? null : familiar.Compare(known!, evaluation, cancellation);
        List<string> reasons = [];
        if (!against.Passed)
            reasons.Add(against.WhyNot(live.Version));
        if (among?.Passed == false)
            reasons.Add($"{among.WhyNot(live.Version)}, among those with a class that version {live.Version} knows");
        return new Compared(against.Passed && among?.Passed == false ? among : against, reasons, Note: note);
    }

    /// <summary>How the live version does on the same rows, or why nobody can tell.</summary>
    private async Task<(Evaluation? Known, Obstacle? Obstacle)> EvaluateAsync(ModelVersion live, Evaluation candidate, Dataset dataset, bool mayAsk, CancellationToken cancellation)
    {
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
            return (null, new Obstacle($"not-comparable: the live version {live.Version} can't be asked: {e.Message}", MayPass: e is HttpRequestException or ProblemException { Status: 404 or 429 or >= 500 }));
        }
        return (known, null);
    }

    /// <summary>Of the snapshot that it was evaluated on.</summary>
    private Task<List<string>> ClassesOfAsync(Evaluation evaluation, CancellationToken cancellation) => db.Snapshots.Where(s => s.Id == evaluation.Snapshot)
        .SelectMany(s => db.Labels.Where(l => l.Dataset == s.Dataset && l.Text != null && l.Added <= s.Revision && (l.Removed == null || l.Removed > s.Revision)).Select(l => l.Text!))
        .Distinct().OrderBy(label => label).ToListAsync(cancellation);

    private static ProblemException Missing(ModelVersion version, string what) => ProblemException.Conflict(
        NotEvaluated, $"{version.Model} {version.Version} {what}. POST /v1/registry/models/{version.Model}/versions/{version.Version}/evaluations does that.");
}

/// <param name="MayPass">By itself: it says nothing about the version.</param>
internal sealed record Obstacle(string Reason, bool MayPass);

/// <param name="Against">Of the comparisons the one that decided; null: there was none.</param>
/// <param name="Reasons">Of each that it did not pass.</param>
/// <param name="Note">What goes on record with a promotion.</param>
internal sealed record Compared(Contest? Against, IReadOnlyList<string> Reasons, Obstacle? Obstacle = null, string? Note = null)
{
    /// <summary>Nobody can tell for now.</summary>
    public static Compared Not(string why) => new(Against: null, [], new Obstacle(why, MayPass: true));
}

/// <param name="Reasons">A sentence for each gate failed.</param>
/// <param name="Live">What was live then.</param>
/// <param name="IsFinal">False: it could not be judged for now.</param>
/// <param name="Note">What goes on record with a promotion.</param>
internal sealed record Judgement(IReadOnlyList<string> Reasons, string? Live, Contest? Against, bool IsFinal = true, string? Note = null);
