using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TrainingService.LabelKinds;

namespace TrainingService.Evaluations;

/// <summary>The reference rows behind an evaluation, by which it can be compared with others on the same rows.</summary>
internal sealed class EvaluatedRows
{
    private readonly IReadOnlyList<ReferenceRow> rows;

    private EvaluatedRows(IReadOnlyList<ReferenceRow> rows, string hash) => (this.rows, Hash) = (rows, hash);

    public string Hash { get; }

    /// <summary>Null when they are not all there any more: rows were erased, or the reference set was chosen anew.</summary>
    public static async Task<EvaluatedRows?> ReadAsync(TrainingDb db, ReferenceSets references, Evaluation evaluation, CancellationToken cancellation)
    {
        var revision = await db.Snapshots.Where(s => s.Id == evaluation.Snapshot).Select(s => s.Revision).SingleAsync(cancellation);
        var rows = await references.ReadAsync(evaluation.Dataset, revision, cancellation);
        return ReferenceSets.HashOf(rows) == evaluation.ReferenceHash && rows.Count > 0 ? new EvaluatedRows(rows, evaluation.ReferenceHash) : null;
    }

    /// <summary>The second against the first; null where one is not on these rows, or its answers are of another kind.</summary>
    public Contest? Compare(Evaluation first, Evaluation second, CancellationToken cancellation) =>
        Covers(first) && Covers(second) && KindOf(first) == KindOf(second) ? KindOf(first).Compare(rows, first, second, cancellation) : null;

    /// <summary>Rows that the two answer differently.</summary>
    public IReadOnlyList<Disagreement> Disagreements(Evaluation first, Evaluation second) => [.. KindOf(first).Disagreements(rows, first, second)];

    public bool Covers(Evaluation evaluation) => evaluation.ReferenceHash == Hash && evaluation.Answers.Length == rows.Count * KindOf(evaluation).AnswerBytes;

    private static LabelKind KindOf(Evaluation evaluation) => LabelReport.Of(evaluation.Reference).Kind;
}

/// <param name="Label">A string, or a number where labels are; as the two answers.</param>
/// <param name="A">What the first version says of the row.</param>
internal sealed record Disagreement(Guid Id, JsonElement Label, JsonElement A, JsonElement B);
