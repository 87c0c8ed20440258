using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Learning.Data;

/// <summary>What a row says, in 128 bits: equal rows have equal hashes, whatever their label, their place or the data around them.</summary>
public static class RowHash
{
    /// <param name="cells">As a table has them: one NaN, one zero.</param>
    public static UInt128 Of(ReadOnlySpan<float> cells)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(cells), hash);
        return MemoryMarshal.Read<UInt128>(hash);
    }

    /// <summary>Of every row of a table.</summary>
    public static UInt128[] Of(Table table, CancellationToken cancellation = default)
    {
        const int atOnce = 1024;
        var hashes = new UInt128[table.Rows];
        var width = table.Schema.Columns.Count;
        var cells = new float[atOnce * width];
        var rows = new int[atOnce];
        for (var from = 0; from < table.Rows; from += atOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(atOnce, table.Rows - from);
            for (var i = 0; i < count; i++)
                rows[i] = from + i;
            table.CopyRows(rows.AsSpan(0, count), cells);
            for (var i = 0; i < count; i++)
                hashes[from + i] = Of(cells.AsSpan(i * width, width));
        }
        return hashes;
    }
}
