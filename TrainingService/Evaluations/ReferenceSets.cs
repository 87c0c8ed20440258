using System.Buffers.Binary;
using System.Data;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;

namespace TrainingService.Evaluations;

/// <summary>
/// The rows by which a data set's models are judged. Chosen once: those marked trusted, where each class has enough of them, else a share of the
/// first run's rows by the hash of their content. What is posted later never joins or leaves it by itself, nor does what became a label by feedback; only a choice that left too few rows to
/// judge by is made anew at the next run.
/// </summary>
internal sealed class ReferenceSets(TrainingDb db, IOptions<DatasetOptions> options, TimeProvider time)
{
    /// <summary>Reference rows that each class needs before anything is judged by them.</summary>
    public const int FewestPerClass = 10;

    private const int Lock = 0x5265_6665;

    // $1 the data set's number, $2 the revision: rows with labels that are there then.
    private const string There = "dataset = $1 AND label IS NOT NULL AND added <= $2 AND (removed IS NULL OR removed > $2)";

    // Of There: what callers said of predictions joins only where somebody vouches for it.
    private const string Vouched = """
        (trusted OR NOT EXISTS (SELECT FROM feedback_labels f WHERE f.dataset = labels.dataset
          AND f.prediction = CASE WHEN given_id ~ '^prediction:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN substr(given_id, 12)::uuid END))
        """;

    // Not by the order of the hashes themselves: splits go by that. With 25 rows, ten may be spared for judging.
    private const string Shared = $"""
        SELECT $1, id FROM (
          SELECT id, row_number() OVER (PARTITION BY label ORDER BY md5(content::text), id) AS place, count(*) OVER (PARTITION BY label) AS rows FROM labels WHERE {There} AND {Vouched}) ranked
        WHERE place <= greatest(ceil(rows * 0.2), CASE WHEN rows >= 25 THEN 10 ELSE 0 END)
        """;

    /// <summary>The reference rows of a snapshot, chosen now if the data set has none yet.</summary>
    public async Task<ReferenceSet> EnsureAsync(Dataset dataset, Snapshot snapshot, CancellationToken cancellation)
    {
        await InTransactionAsync(async () =>
        {
            if (await FindChoiceAsync(dataset.Number, cancellation) is null or { Provisional: true })
                await ChooseAsync(dataset.Number, snapshot.Revision, cancellation);
        }, dataset.Number, cancellation);
        var rows = await ReadAsync(dataset.Number, snapshot.Revision, cancellation);
        return new ReferenceSet(rows.Select(row => row.Id).ToHashSet(), rows.Select(row => row.Content).ToHashSet(), HashOf(rows));
    }

    /// <summary>Chooses anew, from the labels as they are now. In the transaction that the context has, or one of its own.</summary>
    public Task ChooseAnewAsync(Dataset dataset, CancellationToken cancellation) =>
        InTransactionAsync(() => ChooseAsync(dataset.Number, dataset.Revision, cancellation), dataset.Number, cancellation);

    /// <summary>How they were chosen; null when they were not yet.</summary>
    public async Task<ReferenceChoice?> FindChoiceAsync(int dataset, CancellationToken cancellation) =>
        (await db.Database.SqlQuery<ReferenceChoice>($"""
            SELECT kind AS "Kind", provisional AS "Provisional", revision AS "Revision", chosen_at AS "ChosenAt" FROM dataset_reference_choices WHERE dataset = {dataset}
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

    /// <summary>Of ids and labels: the same for the same rows with the same labels.</summary>
    public static string HashOf(IReadOnlyList<ReferenceRow> rows)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[20];
        foreach (var row in rows)
        {
            var label = Encoding.UTF8.GetBytes(row.Label);
            row.Id.TryWriteBytes(head, bigEndian: true, out _);
            BinaryPrimitives.WriteInt32LittleEndian(head[16..], label.Length);
            hash.AppendData(head);
            hash.AppendData(label);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task ChooseAsync(int dataset, int revision, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"DELETE FROM dataset_reference WHERE dataset = {dataset}", cancellation);
        await using var count = await CommandAsync($"""
            SELECT coalesce(min(trusted), 0) FROM (SELECT count(*) FILTER (WHERE trusted) AS trusted FROM labels WHERE {There} GROUP BY label) classes
            """, dataset, revision, cancellation);
        var trusted = (long)(await count.ExecuteScalarAsync(cancellation))! >= FewestPerClass;
        await using var choose = await CommandAsync(
            $"INSERT INTO dataset_reference (dataset, label) {(trusted ? $"SELECT $1, id FROM labels WHERE {There} AND trusted" : Shared)}", dataset, revision, cancellation);
        await choose.ExecuteNonQueryAsync(cancellation);
        var provisional = (await ReadAsync(dataset, revision, cancellation)).CountBy(row => row.Label).Any(each => each.Value < FewestPerClass);
        var (kind, now) = (trusted ? "trusted" : "share", time.GetUtcNow());
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_reference_choices VALUES ({dataset}, {kind}, {provisional}, {revision}, {now})
            ON CONFLICT (dataset) DO UPDATE SET kind = excluded.kind, provisional = excluded.provisional, revision = excluded.revision, chosen_at = excluded.chosen_at
            """, cancellation);
    }

    /// <summary>Two that choose at once choose one after the other.</summary>
    private async Task InTransactionAsync(Func<Task> choose, int dataset, CancellationToken cancellation)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Lock}, {dataset})", cancellation);
        await choose();
        if (own is not null)
            await own.CommitAsync(cancellation);
    }

    private async Task<NpgsqlCommand> CommandAsync(string sql, int dataset, int revision, CancellationToken cancellation)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        if (connection.State != ConnectionState.Open)
            await db.Database.OpenConnectionAsync(cancellation); // closed with the context
        return new NpgsqlCommand(sql, connection)
        {
            CommandTimeout = (int)options.Value.StatementTimeout.TotalSeconds,
            Parameters = { new() { Value = dataset }, new() { Value = revision } },
        };
    }
}

/// <param name="Labels">Ids of rows.</param>
/// <param name="Contents">Hashes of their content: a row of the same content is never trained on, whatever its label.</param>
/// <param name="Hash">Of ids and labels, hex: the same for the same rows with the same labels.</param>
internal sealed record ReferenceSet(IReadOnlySet<Guid> Labels, IReadOnlySet<Guid> Contents, string Hash);

internal readonly record struct ReferenceRow(Guid Id, Guid Content, string Label);

/// <param name="Kind"><c>trusted</c> or <c>share</c>.</param>
/// <param name="Provisional">Some class had fewer rows than it takes to judge: chosen anew at the next run.</param>
/// <param name="Revision">Of the data set then.</param>
internal sealed record ReferenceChoice(string Kind, bool Provisional, int Revision, DateTimeOffset ChosenAt);
