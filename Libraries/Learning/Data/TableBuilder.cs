using System.Globalization;

namespace Learning.Data;

/// <summary>Takes rows one by one, as they come from a stream, and checks each cell.</summary>
/// <param name="expectedRows">Where known, nothing is moved while the table grows.</param>
public sealed class TableBuilder(TableSchema schema, int expectedRows = 1024)
{
    private readonly float[][] columns = [.. schema.Columns.Select(_ => new float[Math.Max(1, expectedRows)])];
    private int[] labels = new int[schema.IsNumeric ? 0 : Math.Max(1, expectedRows)];
    private float[] targets = new float[schema.IsNumeric ? Math.Max(1, expectedRows) : 0];
    private int rows;

    /// <param name="cells">In the schema's order; NaN where a value is missing.</param>
    /// <param name="label">The index of the class; the number, where the label is one.</param>
    /// <exception cref="LearningException">A cell or the label is none that the schema allows; row numbers count from 0.</exception>
    public TableBuilder Add(ReadOnlySpan<float> cells, double label)
    {
        if (cells.Length != columns.Length)
            throw new LearningException("rows", $"Row {rows} has {cells.Length} cells; the schema has {columns.Length} columns.");
        if (WrongWith(label) is { } wrong)
            throw new LearningException("label", $"Row {rows}: the label is {Name(label)}; {wrong}.");
        for (var c = 0; c < cells.Length; c++)
        {
            if (!schema.Columns[c].Accepts(cells[c]))
                throw new LearningException(schema.Columns[c].Name, $"Row {rows}: '{schema.Columns[c].Name}' is {Name(cells[c])}; it must be {schema.Columns[c].Expected}, or NaN where it is missing.");
        }

        Grow();
        for (var c = 0; c < cells.Length; c++)
            columns[c][rows] = Clean(cells[c]);
        if (schema.IsNumeric)
            targets[rows++] = Clean((float)label);
        else
            labels[rows++] = (int)label;
        return this;
    }

    /// <summary>The table shares memory with the builder, which must not be used any more.</summary>
    public Table Build() => new(schema, columns, labels, targets, rows);

    private string? WrongWith(double label)
    {
        if (!double.IsFinite(label))
            return schema.IsNumeric ? "it must be a finite number" : "it must be the index of a class";
        if (schema.IsNumeric)
            return Math.Abs(label) <= TableSchema.LargestNumber ? null : $"{Name(-TableSchema.LargestNumber)} to {Name(TableSchema.LargestNumber)} can be learned";
        return label == Math.Floor(label) && label >= 0 && label < schema.Classes.Count ? null : $"the classes are 0 to {schema.Classes.Count - 1}";
    }

    // One NaN, and no -0: equal cells are equal bytes.
    private static float Clean(float value) => float.IsNaN(value) ? float.NaN : value + 0f;

    // One column at a time: at the peak a single one exists twice.
    private void Grow()
    {
        if (rows < columns[0].Length)
            return;
        var length = (int)Math.Min(Array.MaxLength, rows + (rows / 2L) + 1);
        if (schema.IsNumeric)
            Array.Resize(ref targets, length);
        else
            Array.Resize(ref labels, length);
        for (var c = 0; c < columns.Length; c++)
            Array.Resize(ref columns[c], length);
    }

    private static string Name(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "Infinity" : double.IsNegativeInfinity(value) ? "-Infinity" : value.ToString("R", CultureInfo.InvariantCulture);
}
