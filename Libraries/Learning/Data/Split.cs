namespace Learning.Data;

/// <param name="Train">What is learned from.</param>
/// <param name="Validation">What says when to stop.</param>
/// <param name="Test">What the run is judged by; no row of it, nor one like it, is in the others.</param>
/// <param name="Reference">Rows of the fixed reference set, which gates use, in the order of the table; never trained on.</param>
public sealed record Split(int[] Train, int[] Validation, int[] Test, int[] Reference)
{
    /// <summary>
    /// Shares every class out by the content of its rows: the same rows fall on the same side in whatever order they come, and
    /// equal rows on one side, whatever their labels.
    /// </summary>
    /// <param name="seed">Another seed, another split.</param>
    /// <param name="reference">Hashes (<see cref="RowHash"/>) of the reference set's rows.</param>
    public static Split Stratified(Table table, double validation, double test, ulong seed, IReadOnlySet<UInt128>? reference = null, CancellationToken cancellation = default)
    {
        if (validation < 0 || test < 0 || validation + test >= 1)
            throw new LearningException("split", $"Validation ({validation}) and test ({test}) must leave rows to train on.");
        var groups = new EqualRows(table, cancellation);
        var sides = new List<int>[] { [], [], [], [] };
        foreach (var stratum in Strata(table, groups, seed, reference, sides[3]))
        {
            var rows = stratum.Sum(group => groups[group].Length);
            var (validationRows, testRows, taken) = ((int)Math.Round(validation * rows), (int)Math.Round(test * rows), 0);
            foreach (var group in stratum)
            {
                sides[taken < testRows ? 2 : taken < testRows + validationRows ? 1 : 0].AddRange(groups[group]);
                taken += groups[group].Length;
            }
        }
        return new Split(Sorted(sides[0]), Sorted(sides[1]), Sorted(sides[2]), Sorted(sides[3]));
    }

    /// <summary>Cuts the table into k parts, stratified alike; each is the test set once, and the part after it says when to stop.</summary>
    public static IReadOnlyList<Split> Folds(Table table, int k, ulong seed, IReadOnlySet<UInt128>? reference = null, CancellationToken cancellation = default)
    {
        if (k < 3)
            throw new LearningException("folds", $"{k} folds are too few; 3 are the least.");
        var groups = new EqualRows(table, cancellation);
        List<int> fixedRows = [];
        var parts = Enumerable.Range(0, k).Select(_ => new List<int>()).ToArray();
        var next = 0;
        foreach (var group in Strata(table, groups, seed, reference, fixedRows).SelectMany(stratum => stratum))
            parts[next++ % k].AddRange(groups[group]);
        return
        [
            .. Enumerable.Range(0, k).Select(fold => new Split(
                Sorted(Enumerable.Range(2, k - 2).SelectMany(i => parts[(fold + i) % k])), Sorted(parts[(fold + 1) % k]), Sorted(parts[fold]), Sorted(fixedRows))),
        ];
    }

    // Class by class the groups of equal rows, shuffled. Equal rows with several labels go with the first class.
    private static int[][] Strata(Table table, EqualRows groups, ulong seed, IReadOnlySet<UInt128>? reference, List<int> fixedRows)
    {
        var strata = table.Schema.Classes.Select(_ => new List<int>()).ToArray();
        for (var group = 0; group < groups.Count; group++)
        {
            if (reference?.Contains(groups.HashOf(group)) == true)
            {
                fixedRows.AddRange(groups[group]);
                continue;
            }
            var first = int.MaxValue;
            foreach (var row in groups[group])
                first = Math.Min(first, table.Labels[row]);
            strata[first].Add(group);
        }
        return Array.ConvertAll(strata, stratum => groups.Shuffled(stratum, seed));
    }

    private static int[] Sorted(IEnumerable<int> rows)
    {
        var sorted = rows.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
