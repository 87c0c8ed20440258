namespace Learning.Data;

/// <summary>Rows with their labels, column by column in float32: what learners read. Made by a <see cref="TableBuilder"/>.</summary>
public sealed class Table
{
    private readonly float[][] columns;
    private readonly int[] labels;

    /// <param name="columns">At least as long as <paramref name="rows"/>, as are the labels.</param>
    internal Table(TableSchema schema, float[][] columns, int[] labels, int rows) =>
        (Schema, this.columns, this.labels, Rows) = (schema, columns, labels, rows);

    public TableSchema Schema { get; }

    public int Rows { get; }

    /// <summary>What the cells and labels take.</summary>
    public long Bytes => (long)Rows * ((columns.Length * sizeof(float)) + sizeof(int));

    /// <summary>Indices of classes, a row each.</summary>
    public ReadOnlySpan<int> Labels => labels.AsSpan(0, Rows);

    public ReadOnlySpan<float> Column(int index) => columns[index].AsSpan(0, Rows);

    /// <summary>Some rows one after the other, <c>[rows,columns]</c>.</summary>
    public void CopyRows(ReadOnlySpan<int> rows, Span<float> destination)
    {
        var width = columns.Length;
        for (var c = 0; c < width; c++)
        {
            var column = columns[c];
            for (int i = 0, to = c; i < rows.Length; i++, to += width)
                destination[to] = column[rows[i]];
        }
    }

    /// <summary>The labels of some rows.</summary>
    public int[] LabelsOf(IReadOnlyList<int> rows) => [.. rows.Select(row => labels[row])];

    public int[] AllRows() => [.. Enumerable.Range(0, Rows)];
}
