using Learning.Data;

namespace Learning.Heads;

/// <summary>Standardised rows one after the other, as steps over mini-batches read them.</summary>
internal sealed class HeadRows
{
    private readonly float[] cells;
    private readonly int[] labels;
    private readonly double[] classWeights;
    private readonly int width;

    public HeadRows(Table table, int[] rows, Standardisation scaling, double[] classWeights)
    {
        (width, labels, this.classWeights) = (table.Schema.Columns.Count, table.LabelsOf(rows), classWeights);
        cells = GC.AllocateUninitializedArray<float>(checked(rows.Length * width));
        table.CopyRows(rows, cells);
        for (var row = 0; row < rows.Length; row++)
            scaling.Apply(cells.AsSpan(row * width, width));
    }

    public int Count => labels.Length;

    public ReadOnlySpan<float> this[int row] => cells.AsSpan(row * width, width);

    public int LabelOf(int row) => labels[row];

    public double WeightOf(int row) => classWeights[labels[row]];
}
