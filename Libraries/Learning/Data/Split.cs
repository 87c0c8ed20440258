namespace Learning.Data;

/// <param name="Train">What is learned from.</param>
/// <param name="Validation">What says when to stop.</param>
/// <param name="Test">What the run is judged by; no row of it, nor one like it, is in the others.</param>
/// <param name="Reference">Rows of the fixed reference set, which gates use, in the order of the table; never trained on.</param>
public sealed record Split(int[] Train, int[] Validation, int[] Test, int[] Reference)
{
    /// <summary>
    /// Shares every class out, or every tenth of labels that are numbers, by the content of its rows: the same rows fall on the same side in whatever order they come, and
    /// equal rows on one side, whatever their labels. A row that is none of the reference set and yet has the content of one is on no side.
    /// </summary>
    /// <param name="seed">Another seed, another split.</param>
    /// <param name="origins">Null: rows are what their cells say.</param>
    public static Split Stratified(Table table, double validation, double test, ulong seed, RowOrigins? origins = null, CancellationToken cancellation = default)
    {
        if (validation < 0 || test < 0 || validation + test >= 1)
            throw new LearningException("split", $"Validation ({validation}) and test ({test}) must leave rows to train on.");
        var dealt = new Dealing(table, origins ?? RowOrigins.Of(table, null, cancellation), table.AllRows(), seed);
        var sides = new List<int>[] { [], [], [] };
        foreach (var stratum in dealt.Strata)
        {
            var rows = stratum.Sum(dealt.Originals);
            var (validationRows, testRows, taken) = ((int)Math.Round(validation * rows), (int)Math.Round(test * rows), 0);
            foreach (var group in stratum)
            {
                sides[taken < testRows ? 2 : taken < testRows + validationRows ? 1 : 0].Add(group);
                taken += dealt.Originals(group);
            }
        }
        return new Split(dealt.All(sides[0]), dealt.Judged(sides[1]), dealt.Judged(sides[2]), dealt.Reference);
    }

    /// <summary>Cuts rows into k parts, stratified alike; each is the test set once, and the part after it says when to stop.</summary>
    /// <param name="within">Only rows that this one trains or validates with, as for a search, which must not look at the test; null: all.</param>
    public static IReadOnlyList<Split> Folds(Table table, int k, ulong seed, RowOrigins? origins = null, Split? within = null, CancellationToken cancellation = default)
    {
        if (k < 3)
            throw new LearningException("folds", $"{k} folds are too few; 3 are the least.");
        var rows = within is null ? table.AllRows() : [.. within.Train, .. within.Validation];
        var dealt = new Dealing(table, origins ?? RowOrigins.Of(table, null, cancellation), rows, seed);
        var parts = Enumerable.Range(0, k).Select(_ => new List<int>()).ToArray();
        var next = 0;
        foreach (var group in dealt.Strata.SelectMany(stratum => stratum))
            parts[next++ % k].Add(group);
        if (next < k)
            throw new LearningException("folds", $"There are {next} different rows; {k} folds need one each.");
        return
        [
            .. Enumerable.Range(0, k).Select(fold => new Split(
                dealt.All(Enumerable.Range(2, k - 2).SelectMany(i => parts[(fold + i) % k])), dealt.Judged(parts[(fold + 1) % k]), dealt.Judged(parts[fold]), dealt.Reference)),
        ];
    }
}
