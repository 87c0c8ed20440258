namespace Learning.Data;

/// <summary>Rows in groups that must not be torn apart, and what of a group may be on which side of a split.</summary>
internal sealed class Dealing
{
    private readonly RowOrigins origins;
    private readonly EqualRows groups;

    /// <param name="rows">Which of the table's rows are dealt.</param>
    public Dealing(Table table, RowOrigins origins, int[] rows, ulong seed)
    {
        origins.Require(table);
        (this.origins, groups) = (origins, new EqualRows(origins, rows));
        var stratumOf = StratumOf(table, rows);
        var strata = Enumerable.Range(0, table.Schema.IsNumeric ? Tenths.Count : table.Schema.Classes.Count).Select(_ => new List<int>()).ToArray();
        List<int> reference = [];
        for (var group = 0; group < groups.Count; group++)
        {
            var (fixedRows, first) = (reference.Count, int.MaxValue);
            foreach (var row in groups[group])
            {
                if (origins.IsReference(row))
                    reference.Add(row);
                first = Math.Min(first, stratumOf(row));
            }
            if (reference.Count == fixedRows)
                strata[first].Add(group);
        }
        (Strata, Reference) = (Array.ConvertAll(strata, stratum => groups.Shuffled(stratum, seed)), Sorted(reference));
    }

    /// <summary>Class by class the groups, shuffled; of numbers tenth by tenth of the rows that are dealt. Equal rows with several labels go with the first; those with a reference row among them with none.</summary>
    public int[][] Strata { get; }

    /// <summary>The rows of the reference set.</summary>
    public int[] Reference { get; }

    /// <summary>How many rows of a group are no copies.</summary>
    public int Originals(int group)
    {
        var originals = 0;
        foreach (var row in groups[group])
            originals += origins.IsCopy(row) ? 0 : 1;
        return originals;
    }

    /// <summary>Rows to train on.</summary>
    public int[] All(IEnumerable<int> dealt) => Rows(dealt, copies: true);

    /// <summary>Rows to judge by.</summary>
    public int[] Judged(IEnumerable<int> dealt) => Rows(dealt, copies: false);

    private static Func<int, int> StratumOf(Table table, int[] rows)
    {
        if (!table.Schema.IsNumeric)
            return row => table.Labels[row];
        var (tenths, byRow) = (Tenths.Of(table.TargetsOf(rows)), new byte[table.Rows]);
        foreach (var (i, row) in rows.Index())
            byRow[row] = (byte)tenths[i];
        return row => byRow[row];
    }

    private int[] Rows(IEnumerable<int> dealt, bool copies)
    {
        List<int> rows = [];
        foreach (var group in dealt)
        {
            foreach (var row in groups[group])
            {
                if (copies || !origins.IsCopy(row))
                    rows.Add(row);
            }
        }
        return Sorted(rows);
    }

    private static int[] Sorted(List<int> rows)
    {
        var sorted = rows.ToArray();
        Array.Sort(sorted);
        return sorted;
    }
}
