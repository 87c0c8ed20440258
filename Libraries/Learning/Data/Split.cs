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
        var sides = new List<int>[] { [], [], [], [] };
        foreach (var stratum in Strata(table, seed, reference, sides[3], cancellation))
        {
            var rows = stratum.Sum(group => group.Count);
            var (validationRows, testRows, taken) = ((int)Math.Round(validation * rows), (int)Math.Round(test * rows), 0);
            foreach (var group in stratum)
            {
                sides[taken < testRows ? 2 : taken < testRows + validationRows ? 1 : 0].AddRange(group);
                taken += group.Count;
            }
        }
        return new Split(Sorted(sides[0]), Sorted(sides[1]), Sorted(sides[2]), Sorted(sides[3]));
    }

    /// <summary>Cuts the table into k parts, stratified alike; each is the test set once, and the part after it says when to stop.</summary>
    public static IReadOnlyList<Split> Folds(Table table, int k, ulong seed, IReadOnlySet<UInt128>? reference = null, CancellationToken cancellation = default)
    {
        if (k < 3)
            throw new LearningException("folds", $"{k} folds are too few; 3 are the least.");
        List<int> fixedRows = [];
        var parts = Enumerable.Range(0, k).Select(_ => new List<int>()).ToArray();
        var next = 0;
        foreach (var group in Strata(table, seed, reference, fixedRows, cancellation).SelectMany(stratum => stratum))
            parts[next++ % k].AddRange(group);
        return
        [
            .. Enumerable.Range(0, k).Select(fold => new Split(
                Sorted(Enumerable.Range(2, k - 2).SelectMany(i => parts[(fold + i) % k])), Sorted(parts[(fold + 1) % k]), Sorted(parts[fold]), Sorted(fixedRows))),
        ];
    }

    // Class by class the groups of equal rows, shuffled by their hashes. Equal rows with several labels go with the first class.
    private static IEnumerable<List<int>[]> Strata(Table table, ulong seed, IReadOnlySet<UInt128>? reference, List<int> fixedRows, CancellationToken cancellation)
    {
        var labels = table.Labels.ToArray();
        var hashes = RowHash.Of(table, cancellation);
        var groups = new Dictionary<UInt128, List<int>>();
        for (var row = 0; row < hashes.Length; row++)
        {
            if (reference?.Contains(hashes[row]) == true)
                fixedRows.Add(row);
            else if (groups.TryGetValue(hashes[row], out var group))
                group.Add(row);
            else
                groups.Add(hashes[row], [row]);
        }
        return groups
            .GroupBy(group => group.Value.Min(row => labels[row]))
            .OrderBy(stratum => stratum.Key)
            .Select(stratum => stratum.OrderBy(group => Shuffled(group.Key, seed)).ThenBy(group => group.Key).Select(group => group.Value).ToArray());
    }

    private static ulong Shuffled(UInt128 hash, ulong seed) => new RandomNumbers((ulong)hash ^ (ulong)(hash >> 64) ^ new RandomNumbers(seed).Next()).Next();

    private static int[] Sorted(IEnumerable<int> rows)
    {
        var sorted = rows.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
