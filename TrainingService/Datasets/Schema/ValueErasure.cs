using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;

namespace TrainingService.Datasets.Schema;

/// <summary>
/// What a person's rows said goes with them, also where a list has it: values of open categories and open classes that no row has any more, those of snapshots
/// included. Rows and models have the index of a category, so there another text takes its place; a class they have as text, and so it just goes.
/// </summary>
internal static class ValueErasure
{
    /// <summary>In the transaction of whoever has the data set locked.</summary>
    public static async Task EraseUnusedValuesAsync(this TrainingDb db, Dataset dataset, TimeSpan timeout, CancellationToken cancellation)
    {
        if (dataset.Schema is not { } schema)
            return;
        var usual = db.Database.GetCommandTimeout();
        db.Database.SetCommandTimeout(timeout); // all of its rows are looked through
        if (!schema.Label.Closed)
            await EraseClassesAsync(db, dataset.Number, cancellation);
        int[] open = [.. schema.Columns.Index().Where(column => column.Item is { Type: ColumnType.Category, Closed: false }).Select(column => column.Index)];
        if (open.Length > 0)
            await BlankAsync(db, dataset, open, cancellation);
        db.Database.SetCommandTimeout(usual);
    }

    private static async Task EraseClassesAsync(TrainingDb db, int dataset, CancellationToken cancellation)
    {
        var left = await db.Database.SqlQuery<string>($"""
            SELECT value AS "Value" FROM dataset_values v
            WHERE dataset = {dataset} AND col = {ValueLists.ClassesColumn} AND EXISTS (SELECT FROM labels l WHERE l.dataset = {dataset} AND l.label = v.value) ORDER BY index
            """).ToArrayAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM dataset_values WHERE dataset = {dataset} AND col = {ValueLists.ClassesColumn}", cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_values (dataset, col, index, value)
            SELECT {dataset}, {ValueLists.ClassesColumn}, position - 1, value FROM unnest({left}) WITH ORDINALITY AS rest (value, position)
            """, cancellation);
    }

    /// <summary>By column the indexes that some row has, looked for in one pass.</summary>
    private static async Task<HashSet<(int Column, int Index)>> UsedAsync(TrainingDb db, int dataset, int[] columns, CancellationToken cancellation)
    {
        var cells = await db.Database.SqlQuery<Cell>($"""
            SELECT DISTINCT c.col AS "Column", substring(l.features FROM c.col * 4 + 1 FOR 4) AS "Float"
            FROM labels l CROSS JOIN unnest({columns}) AS c (col) WHERE l.dataset = {dataset} AND l.features IS NOT NULL
            """).ToListAsync(cancellation);
        // NaN is a missing value.
        return [.. cells.Select(cell => (cell.Column, Index: BinaryPrimitives.ReadSingleLittleEndian(cell.Float))).Where(cell => !float.IsNaN(cell.Index)).Select(cell => (cell.Column, (int)cell.Index))];
    }

    private static async Task BlankAsync(TrainingDb db, Dataset dataset, int[] columns, CancellationToken cancellation)
    {
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        var used = await UsedAsync(db, dataset.Number, columns, cancellation);
        foreach (var column in columns)
        {
            int[] unused = [.. Enumerable.Range(0, values[column].All.Count).Where(index => !used.Contains((column, index)))];
            string[] blanks = [.. unused.Select(index => BlankOf(values[column], index))];
            await db.Database.ExecuteSqlAsync($"""
                UPDATE dataset_values v SET value = blank.value FROM unnest({unused}, {blanks}) AS blank (index, value)
                WHERE v.dataset = {dataset.Number} AND v.col = {column} AND v.index = blank.index
                """, cancellation);
        }
    }

    /// <summary>A text that no other value of the column is.</summary>
    private static string BlankOf(ValueList list, int index)
    {
        var blank = $"erased-{index}";
        for (var n = 2; list.Find(blank) is >= 0 and var other && other != index; n++)
            blank = $"erased-{index}-{n}";
        return blank;
    }

    private sealed record Cell(int Column, byte[] Float);
}
