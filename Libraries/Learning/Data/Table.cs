namespace Learning.Data;

/// <summary>Rows with their labels, column by column in float32: what learners read. Made by a <see cref="TableBuilder"/>.</summary>
public sealed class Table
{
    private readonly float[][] columns;
    private readonly int[] labels;
    private readonly float[] targets;

    /// <param name="columns">At least as long as <paramref name="rows"/>, as are the labels, or the targets where the label is a number.</param>
    internal Table(TableSchema schema, float[][] columns, int[] labels, float[] targets, int rows) =>
        (Schema, this.columns, this.labels, this.targets, Rows) = (schema, columns, labels, targets, rows);

    public TableSchema Schema { get; }

    public int Rows { get; }

    /// <summary>What the cells and labels take.</summary>
    public long Bytes => (long)Rows * ((columns.Length * sizeof(float)) + sizeof(int));

    /// <summary>Indices of classes, a row each.</summary>
    /// <exception cref="InvalidOperationException">The label is a number.</exception>
    public ReadOnlySpan<int> Labels => ClassLabels.AsSpan(0, Rows);

    /// <summary>The labels that are numbers, a row each.</summary>
    /// <exception cref="InvalidOperationException">The label is a class.</exception>
    public ReadOnlySpan<float> Targets => NumberLabels.AsSpan(0, Rows);

    private int[] ClassLabels => Schema.IsNumeric ? throw new InvalidOperationException("The labels are numbers and no classes.") : labels;

    private float[] NumberLabels => Schema.IsNumeric ? targets : throw new InvalidOperationException("The labels are classes and no numbers.");

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
    /// <exception cref="InvalidOperationException">The label is a number.</exception>
    public int[] LabelsOf(IReadOnlyList<int> rows)
    {
        var all = ClassLabels;
        return [.. rows.Select(row => all[row])];
    }

    /// <summary>The same of labels that are numbers.</summary>
    /// <exception cref="InvalidOperationException">The label is a class.</exception>
    public float[] TargetsOf(IReadOnlyList<int> rows)
    {
        var all = NumberLabels;
        return [.. rows.Select(row => all[row])];
    }

    public int[] AllRows() => [.. Enumerable.Range(0, Rows)];
}
