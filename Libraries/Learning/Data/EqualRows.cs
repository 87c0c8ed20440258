namespace Learning.Data;

/// <summary>A table's rows in groups of equal content, in the order of their hashes. No object per row: a table may have millions.</summary>
internal sealed class EqualRows
{
    private readonly int[] rows;
    private readonly UInt128[] hashes;
    private readonly List<int> starts = [];

    public EqualRows(Table table, CancellationToken cancellation)
    {
        (hashes, rows) = (RowHash.Of(table, cancellation), table.AllRows());
        Array.Sort(hashes, rows);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
                starts.Add(i);
        }
    }

    /// <summary>Of groups.</summary>
    public int Count => starts.Count;

    public ReadOnlySpan<int> this[int group] => rows.AsSpan(starts[group]..(group + 1 < starts.Count ? starts[group + 1] : rows.Length));

    public UInt128 HashOf(int group) => hashes[starts[group]];

    /// <summary>Shuffles groups by what they say: another order of the table changes nothing.</summary>
    public int[] Shuffled(List<int> groups, ulong seed)
    {
        var (shuffled, salt) = (groups.ToArray(), new RandomNumbers(seed).Next());
        Array.Sort(shuffled.Select(group => new RandomNumbers((ulong)HashOf(group) ^ (ulong)(HashOf(group) >> 64) ^ salt).Next()).ToArray(), shuffled);
        return shuffled;
    }
}
