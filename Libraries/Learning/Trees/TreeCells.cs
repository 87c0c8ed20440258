using System.Runtime.InteropServices;
using Learning.Data;

namespace Learning.Trees;

/// <summary>
/// Some rows as the trees take them: the cells as they are, but that an unknown category, which XGBoost does not know, is one
/// more after the known ones.
/// </summary>
internal sealed unsafe class TreeCells(TableSchema schema, int maxRows)
{
    private readonly int width = schema.Columns.Count;
    private readonly float[] cells = GC.AllocateUninitializedArray<float>(maxRows * schema.Columns.Count, pinned: true);

    /// <returns>Where they are, as XGBoost reads it. Holds until the next call.</returns>
    public byte[] Load(Table table, ReadOnlySpan<int> rows)
    {
        table.CopyRows(rows, cells);
        for (var c = 0; c < width; c++)
        {
            if (schema.Columns[c].Kind != ColumnKind.Category)
                continue;
            for (var i = c; i < rows.Length * width; i += width)
                cells[i] = cells[i] == Column.Unknown ? schema.Columns[c].Values.Count : cells[i];
        }
        return XgBoost.Array((void*)Marshal.UnsafeAddrOfPinnedArrayElement(cells, 0), "<f4", rows.Length, width);
    }

    /// <summary>Says of each column whether it is a category (c) or a quantity (q).</summary>
    public void DescribeTo(nint matrix)
    {
        fixed (byte* category = XgBoost.Text("c"), quantity = XgBoost.Text("q"))
        {
            var types = stackalloc nint[width];
            for (var c = 0; c < width; c++)
                types[c] = (nint)(schema.Columns[c].Kind == ColumnKind.Category ? category : quantity);
            XgBoost.Check(XgBoost.XGDMatrixSetStrFeatureInfo(matrix, XgBoost.Text("feature_type"), types, (ulong)width));
        }
    }
}
