using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TrainingService.Datasets;
using static TrainingService.Evaluations.ReferenceSql;

namespace TrainingService.Evaluations;

/// <summary>Reads the rows by which a data set's models are judged; <see cref="ReferenceSets"/> chooses them.</summary>
internal sealed class ReferenceRows(TrainingDb db, IOptions<DatasetOptions> options)
{
    /// <summary>How they were chosen; null when they were not yet.</summary>
    public async Task<ReferenceChoice?> FindChoiceAsync(int dataset, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<ReferenceChoice>($"""
            SELECT kind AS "Kind", provisional AS "Provisional", revision AS "Revision", chosen_at AS "ChosenAt", number AS "Number" FROM dataset_reference_choices WHERE dataset = {dataset}
            """).ToListAsync(cancellation)).SingleOrDefault();

    /// <summary>The reference rows that are there at a revision, with their labels then, by id.</summary>
    public async Task<IReadOnlyList<ReferenceRow>> ReadAsync(int dataset, int revision, CancellationToken cancellation)
    {
        // One look by key for each reference row, said so that no other plan is possible: after a large post the statistics know
        // nothing of the data set yet, and Postgres would compare each row with each (23 s for 20,000).
        await using var command = await CommandAsync($"""
            SELECT l.id, l.content, l.label FROM dataset_reference r
            CROSS JOIN LATERAL (SELECT id, content, label FROM labels WHERE {There} AND id = r.label OFFSET 0) l
            WHERE r.dataset = $1 ORDER BY l.id
            """, dataset, revision, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<ReferenceRow> rows = [];
        while (await reader.ReadAsync(cancellation))
            rows.Add(new ReferenceRow(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2)));
        return rows;
    }

    /// <summary>How many rows of each class a run on the labels of a revision would set aside: those that are chosen, or would be.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ForecastAsync(int dataset, int revision, CancellationToken cancellation)
    {
        if (await FindChoiceAsync(dataset, cancellation) is { Provisional: false })
            return (await ReadAsync(dataset, revision, cancellation)).CountBy(row => row.Label).ToDictionary(each => each.Key, each => (long)each.Value);
        await using var command = await CommandAsync($"""
            SELECT label, trusted, {SharedOfClass}::bigint FROM (
              SELECT label, count(*) AS rows, count(*) FILTER (WHERE trusted) AS trusted FROM labels WHERE {There} GROUP BY label) classes
            """, dataset, revision, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        Dictionary<string, long> trusted = [], shared = [];
        while (await reader.ReadAsync(cancellation))
            (trusted[reader.GetString(0)], shared[reader.GetString(0)]) = (reader.GetInt64(1), reader.GetInt64(2));
        return trusted.Values.All(rows => rows >= ReferenceSet.FewestPerClass) ? trusted : shared;
    }

    /// <param name="more">From <c>$3</c> on; <c>$1</c> and <c>$2</c> are the data set and the revision, as in <see cref="ReferenceSql"/>.</param>
    public async Task<NpgsqlCommand> CommandAsync(string sql, int dataset, int revision, CancellationToken cancellation, params object[] more)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        if (connection.State != ConnectionState.Open)
            await db.Database.OpenConnectionAsync(cancellation); // closed with the context
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)options.Value.StatementTimeout.TotalSeconds };
        foreach (var value in (object[])[dataset, revision, .. more])
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}
