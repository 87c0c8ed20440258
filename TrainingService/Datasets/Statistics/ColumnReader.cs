using System.Buffers.Binary;
using Microsoft.Extensions.Options;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Schema;

namespace TrainingService.Datasets.Statistics;

/// <summary>Figures of a data set's columns alone, over the rows that it has now.</summary>
internal sealed class ColumnReader(TrainingDb db, LabelReader reader, IOptions<DatasetOptions> options)
{
    public async Task<IReadOnlyList<ColumnStatistics>> ReadAsync(Dataset dataset, CancellationToken cancellation)
    {
        var schema = dataset.Schema ?? DatasetSchema.OfImages;
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        var columns = schema.Columns.Select((column, i) => new ColumnCounts(column, values[i])).ToArray();
        await foreach (var row in reader.ReadAsync(dataset.Number, "l.removed IS NULL AND l.label IS NOT NULL", [], options.Value.StatementTimeout, cancellation))
            Add(columns, row.Features);
        return [.. columns.Select(column => column.Result())];
    }

    /// <summary>Counts a row in.</summary>
    public static void Add(ColumnCounts[] columns, byte[]? features)
    {
        for (var i = 0; i < columns.Length; i++)
            columns[i].Add(BinaryPrimitives.ReadSingleLittleEndian(features.AsSpan(i * sizeof(float))));
    }
}
