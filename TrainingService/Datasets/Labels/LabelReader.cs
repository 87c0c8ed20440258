using System.Runtime.CompilerServices;
using Npgsql;

namespace TrainingService.Datasets.Labels;

/// <summary>Rows of a data set as they come from the database, one in memory at a time.</summary>
internal sealed class LabelReader(NpgsqlDataSource source)
{
    /// <param name="rest">Behind <c>WHERE</c>, with order and limit; <c>$1</c> is the data set's number.</param>
    public async IAsyncEnumerable<StoredLabel> ReadAsync(int dataset, string rest, IReadOnlyList<object> parameters, TimeSpan timeout, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand($"""
            SELECT l.id, l.added, l.content, l.label, l.trusted, l.given_id, l.features, l.image FROM labels l WHERE l.dataset = $1 AND {rest}
            """, connection)
        { CommandTimeout = (int)timeout.TotalSeconds };
        foreach (var value in (object[])[dataset, .. parameters])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            yield return new StoredLabel(
                rows.GetGuid(0), rows.GetInt32(1), rows.GetGuid(2), Text(rows, 3), rows.GetBoolean(4), Text(rows, 5), Bytes(rows, 6), Bytes(rows, 7));
        }
    }

    private static string? Text(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetString(column);

    private static byte[]? Bytes(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetFieldValue<byte[]>(column);
}

internal readonly record struct StoredLabel(Guid Id, int Added, Guid Content, string? Label, bool Trusted, string? GivenId, byte[]? Features, byte[]? Image);
