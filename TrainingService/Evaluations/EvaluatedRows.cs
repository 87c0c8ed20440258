using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TrainingService.LabelKinds;

namespace TrainingService.Evaluations;

/// <summary>The reference rows behind an evaluation, or some of them, by which it can be compared with others on the same rows.</summary>
internal sealed class EvaluatedRows
{
    private readonly IReadOnlyList<ReferenceRow> all, rows;
    private readonly int[] places;

    private EvaluatedRows(IReadOnlyList<ReferenceRow> all, int[] places, string hash) =>
        (this.all, this.places, rows, Hash) = (all, places, [.. places.Select(place => all[place])], hash);

    /// <summary>Of all of them.</summary>
    public string Hash { get; }

    public int Count => places.Length;

    /// <summary>Null when they are not all there any more: rows were erased, or the reference set was chosen anew.</summary>
    public static async Task<EvaluatedRows?> ReadAsync(TrainingDb db, ReferenceSets references, Evaluation evaluation, CancellationToken cancellation)
    {
        var revision = await db.Snapshots.Where(s => s.Id == evaluation.Snapshot).Select(s => s.Revision).SingleAsync(cancellation);
        var rows = await references.ReadAsync(evaluation.Dataset, revision, cancellation);
        return ReferenceSets.HashOf(rows) == evaluation.ReferenceHash && rows.Count > 0 ? new EvaluatedRows(rows, [.. Enumerable.Range(0, rows.Count)], evaluation.ReferenceHash) : null;
    }

    public EvaluatedRows Where(Func<ReferenceRow, bool> isMeant) => new(all, [.. places.Where(place => isMeant(all[place]))], Hash);

    /// <summary>Whether they are enough to judge by, of each class that is among all of them.</summary>
    public bool AreEnough(ReferenceRule rule)
    {
        var these = rule.StrataOf(rows);
        return rule.IsEnough(rule.StrataOf(all).Keys.ToDictionary(stratum => stratum, stratum => these.GetValueOrDefault(stratum)));
    }

    /// <summary>The second against the first; null where one is not on these rows, or its answers are of another kind.</summary>
    public Contest? Compare(Evaluation first, Evaluation second, CancellationToken cancellation) =>
        Covers(first) && Covers(second) && KindOf(first) == KindOf(second) ? KindOf(first).Compare(rows, Of(first), Of(second), cancellation) : null;

    /// <summary>Rows that the two answer differently.</summary>
    public IReadOnlyList<Disagreement> Disagreements(Evaluation first, Evaluation second) => [.. KindOf(first).Disagreements(rows, Of(first), Of(second))];

    public bool Covers(Evaluation evaluation) => evaluation.ReferenceHash == Hash && evaluation.Answers.Length == all.Count * KindOf(evaluation).AnswerBytes;

    /// <summary>With the answers to these rows alone.</summary>
    private Evaluation Of(Evaluation evaluation)
    {
        var bytes = KindOf(evaluation).AnswerBytes;
        var answers = new byte[places.Length * bytes];
        foreach (var (i, place) in places.Index())
            evaluation.Answers.AsSpan(place * bytes, bytes).CopyTo(answers.AsSpan(i * bytes));
        return evaluation with { Answers = answers };
    }

    private static LabelKind KindOf(Evaluation evaluation) => LabelReport.Of(evaluation.Reference).Kind;
}

/// <param name="Label">A string, or a number where labels are; as the two answers.</param>
/// <param name="A">What the first version says of the row.</param>
internal sealed record Disagreement(Guid Id, JsonElement Label, JsonElement A, JsonElement B);
