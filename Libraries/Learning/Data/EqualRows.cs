namespace Learning.Data;

/// <summary>Rows in groups of equal content, in the order of their hashes. No object per row: a table may have millions.</summary>
internal sealed class EqualRows
{
    private readonly int[] rows;
    private readonly UInt128[] hashes;
    private readonly List<int> starts = [];

    /// <param name="rows">Which of them are meant.</param>
    public EqualRows(RowOrigins origins, int[] rows)
    {
        (this.rows, hashes) = ((int[])rows.Clone(), Array.ConvertAll(rows, row => origins.Contents[row]));
        Array.Sort(hashes, this.rows);
        for (var i = 0; i < rows.Length; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1])
                starts.Add(i);
        }
    }

    /// <summary>Of groups.</summary>
    public int Count => starts.Count;

    public ReadOnlySpan<int> this[int group] => rows.AsSpan(starts[group]..(group + 1 < starts.Count ? starts[group + 1] : rows.Length));

    /// <summary>Shuffles groups by what they say: another order of the table changes nothing.</summary>
    public int[] Shuffled(List<int> groups, ulong seed)
    {
        var (shuffled, salt) = (groups.ToArray(), new RandomNumbers(seed).Next());
        Array.Sort(shuffled.Select(group => new RandomNumbers((ulong)HashOf(group) ^ (ulong)(HashOf(group) >> 64) ^ salt).Next()).ToArray(), shuffled);
        return shuffled;
    }

    private UInt128 HashOf(int group) => hashes[starts[group]];
}
