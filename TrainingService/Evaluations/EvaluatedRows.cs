using System.Buffers.Binary;
using Learning.Evaluation;
using Microsoft.EntityFrameworkCore;

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

    /// <summary>The second against the first; null where one is not on these rows.</summary>
    public Challenge? Compare(Evaluation first, Evaluation second, CancellationToken cancellation)
    {
        if (!Covers(first) || !Covers(second))
            return null;
        var index = IndexOf(first, second);
        return Challenge.Of([.. rows.Select(row => index[row.Label])], Predicted(first, index), Predicted(second, index), cancellation: cancellation);
    }

    /// <summary>Rows that the two answer differently, by id.</summary>
    public IReadOnlyList<Disagreement> Disagreements(Evaluation first, Evaluation second)
    {
        var index = IndexOf(first, second);
        var (a, b) = (Predicted(first, index), Predicted(second, index));
        var names = index.OrderBy(each => each.Value).Select(each => each.Key).ToArray();
        return [.. rows.Index().Where(row => a[row.Index] != b[row.Index]).Select(row => new Disagreement(row.Item.Id, row.Item.Label, names[a[row.Index]], names[b[row.Index]]))];
    }

    public bool Covers(Evaluation evaluation) => evaluation.ReferenceHash == Hash && evaluation.Answers.Length == rows.Count * sizeof(short);

    // Two evaluations may number the same classes differently.
    private Dictionary<string, int> IndexOf(Evaluation first, Evaluation second) =>
        first.Classes.Union(second.Classes).Union(rows.Select(row => row.Label)).Distinct().Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal);

    private static int[] Predicted(Evaluation evaluation, Dictionary<string, int> index)
    {
        var predicted = new int[evaluation.Answers.Length / sizeof(short)];
        for (var row = 0; row < predicted.Length; row++)
            predicted[row] = index[evaluation.Classes[BinaryPrimitives.ReadInt16LittleEndian(evaluation.Answers.AsSpan(row * sizeof(short)))]];
        return predicted;
    }
}

/// <param name="A">What the first version calls the row.</param>
internal sealed record Disagreement(Guid Id, string Label, string A, string B);
