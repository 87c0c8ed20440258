namespace Learning.Data;

/// <summary>Takes rows one by one, as they come from a stream, and checks each cell.</summary>
/// <param name="expectedRows">Where known, nothing is moved while the table grows.</param>
public sealed class TableBuilder(TableSchema schema, int expectedRows = 1024)
{
    private readonly float[][] columns = [.. schema.Columns.Select(_ => new float[Math.Max(1, expectedRows)])];
    private int[] labels = new int[Math.Max(1, expectedRows)];
    private int rows;

    /// <param name="cells">In the schema's order; NaN where a value is missing.</param>
    /// <param name="label">The index of the class.</param>
    /// <exception cref="LearningException">A cell or the label is none that the schema allows; row numbers count from 0.</exception>
    public TableBuilder Add(ReadOnlySpan<float> cells, double label)
    {
        if (cells.Length != columns.Length)
            throw new LearningException("rows", $"Row {rows} has {cells.Length} cells; the schema has {columns.Length} columns.");
        if (!double.IsFinite(label))
            throw new LearningException("label", $"Row {rows}: the label is {Name(label)}; it must be the index of a class.");
        if (label != Math.Floor(label) || label < 0 || label >= schema.Classes.Count)
            throw new LearningException("label", $"Row {rows}: the label is {label}; the classes are 0 to {schema.Classes.Count - 1}.");
        for (var c = 0; c < cells.Length; c++)
        {
            if (!schema.Columns[c].Accepts(cells[c]))
                throw new LearningException(schema.Columns[c].Name, $"Row {rows}: '{schema.Columns[c].Name}' is {Name(cells[c])}; it must be {schema.Columns[c].Expected}, or NaN where it is missing.");
        }

        Grow();
        for (var c = 0; c < cells.Length; c++)
            columns[c][rows] = float.IsNaN(cells[c]) ? float.NaN : cells[c] + 0f; // one NaN, and no -0: equal cells are equal bytes
        labels[rows++] = (int)label;
        return this;
    }

    /// <summary>The table shares memory with the builder, which must not be used any more.</summary>
    public Table Build() => new(schema, columns, labels, rows);

    // One column at a time: at the peak a single one exists twice.
    private void Grow()
    {
        if (rows < labels.Length)
            return;
        var length = (int)Math.Min(Array.MaxLength, rows + (rows / 2L) + 1);
        Array.Resize(ref labels, length);
        for (var c = 0; c < columns.Length; c++)
            Array.Resize(ref columns[c], length);
    }

    private static string Name(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);
}
