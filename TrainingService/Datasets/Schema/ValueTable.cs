using Microsoft.EntityFrameworkCore;

namespace TrainingService.Datasets.Schema;

/// <summary>The value lists of a data set in the database, where they only grow: an index of a category once given stays, whatever becomes of the value (<see cref="ValueErasure"/>).</summary>
internal static class ValueTable
{
    public static async Task<ValueLists> LoadValuesAsync(this TrainingDb db, Dataset dataset, int maxValues, CancellationToken cancellation)
    {
        var lists = new ValueLists(dataset.Schema?.Columns.Count ?? 0, maxValues);
        var stored = db.Database.SqlQuery<StoredValue>($"""SELECT col AS "Column", value AS "Value" FROM dataset_values WHERE dataset = {dataset.Number} ORDER BY col, index""");
        await foreach (var value in stored.AsAsyncEnumerable().WithCancellation(cancellation))
            lists[value.Column].AddStored(value.Value);
        return lists;
    }

    /// <summary>Adds what is not stored yet. In the transaction of whoever has the data set locked.</summary>
    public static async Task SaveValuesAsync(this TrainingDb db, Dataset dataset, ValueLists lists, CancellationToken cancellation)
    {
        foreach (var (column, list) in lists.All.Where(each => each.List.Stored < each.List.All.Count))
        {
            var (first, added) = (list.Stored, list.All.Skip(list.Stored).ToArray());
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO dataset_values (dataset, col, index, value)
                SELECT {dataset.Number}, {column}, {first} + position - 1, value FROM unnest({added}) WITH ORDINALITY AS added (value, position)
                """, cancellation);
            list.MarkStored();
        }
    }

    private sealed record StoredValue(int Column, string Value);
}
