using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TrainingService.Datasets.Labels;

namespace TrainingService.Datasets.Snapshots;

/// <summary>The rows of a snapshot: those that were added by its revision and not removed by then.</summary>
internal sealed class SnapshotRows(TrainingDb db, LabelReader reader, IOptions<DatasetOptions> options)
{
    public const string Ndjson = "application/x-ndjson", Csv = "text/csv";
    internal const string There = "l.label IS NOT NULL AND l.added <= $2 AND (l.removed IS NULL OR l.removed > $2)";
    private const int FlushBytes = 64 * 1024;

    /// <summary>Of the labels as they are now, under the data set's lock.</summary>
    public static async Task<(string Hash, long Rows)> HashAsync(DatasetChange change, TimeSpan timeout, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            SELECT content, label, trusted FROM labels WHERE dataset = $1 AND removed IS NULL AND label IS NOT NULL ORDER BY content, label COLLATE "C"
            """, change.Connection) { CommandTimeout = (int)timeout.TotalSeconds, Parameters = { new() { Value = change.Dataset.Number } } };
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        using var hash = new SnapshotHash(change.Dataset.Schema!);
        var count = 0L;
        for (; await rows.ReadAsync(cancellation); count++)
            hash.Append(rows.GetGuid(0), rows.GetString(1), rows.GetBoolean(2));
        return (hash.Finish(), count);
    }

    public async Task<long> CountErasedAsync(Snapshot snapshot, CancellationToken cancellation) => snapshot.Rows - await CountAsync(snapshot, cancellation);

    /// <summary>Those that are still there.</summary>
    public Task<long> CountAsync(Snapshot snapshot, CancellationToken cancellation) => db.Labels.LongCountAsync(
        l => l.Dataset == snapshot.Dataset && l.Text != null && l.Added <= snapshot.Revision && (l.Removed == null || l.Removed > snapshot.Revision), cancellation);

    public async Task WriteNdjsonAsync(Snapshot snapshot, RowDecoder decoder, Stream body, CancellationToken cancellation)
    {
        using var buffer = new MemoryStream();
        await foreach (var row in ReadAsync(snapshot, cancellation))
        {
            using (var json = new Utf8JsonWriter(buffer))
                Write(json, row, decoder);
            buffer.WriteByte((byte)'\n');
            if (buffer.Length >= FlushBytes)
                await FlushAsync(buffer, body, cancellation);
        }
        await FlushAsync(buffer, body, cancellation);
    }

    public async Task WriteCsvAsync(Snapshot snapshot, RowDecoder decoder, bool images, Stream body, CancellationToken cancellation)
    {
        var csv = new StringBuilder(decoder.CsvHeader(images));
        await foreach (var row in ReadAsync(snapshot, cancellation))
        {
            decoder.WriteCsv(csv, row);
            if (csv.Length < FlushBytes)
                continue;
            await body.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), cancellation);
            csv.Clear();
        }
        await body.WriteAsync(Encoding.UTF8.GetBytes(csv.ToString()), cancellation);
    }

    /// <summary>By id, one in memory at a time.</summary>
    public IAsyncEnumerable<StoredLabel> ReadAsync(Snapshot snapshot, CancellationToken cancellation) =>
        reader.ReadAsync(snapshot.Dataset, $"{There} ORDER BY l.id", [snapshot.Revision], options.Value.StatementTimeout, cancellation);

    internal static void Write(Utf8JsonWriter json, in StoredLabel row, RowDecoder decoder)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        decoder.WriteLabel(json, row.Label);
        json.WriteBoolean("trusted", row.Trusted);
        if (row.Image is { } image)
            json.WriteString("sha256", Convert.ToHexStringLower(image));
        if (row.Features is { } features)
            decoder.WriteFeatures(json, features);
        json.WriteEndObject();
    }

    private static async Task FlushAsync(MemoryStream buffer, Stream body, CancellationToken cancellation)
    {
        await body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), cancellation);
        buffer.SetLength(0);
    }
}
