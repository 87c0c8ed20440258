using System.Buffers.Binary;
using System.Data;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.LabelKinds;
using static TrainingService.Evaluations.ReferenceSql;

namespace TrainingService.Evaluations;

/// <summary>
/// The rows by which a data set's models are judged. Chosen once: those marked trusted, where they are enough (each class has some, for example), else a share of the
/// first run's rows by the hash of their content. What is posted later never joins or leaves it by itself, nor does what became a label by feedback; only what has
/// too few rows to judge by, or none because it is a new class, gets more at the next run, of rows that no version was trained on. How many are enough, and of what, says the labels'
/// <see cref="ReferenceRule"/>.
/// </summary>
internal sealed class ReferenceSets(TrainingDb db, IOptions<DatasetOptions> options, TimeProvider time)
{
    private const int Lock = 0x5265_6665;

    /// <summary>The reference rows of a snapshot, chosen now if the data set has none yet.</summary>
    public async Task<ReferenceSet> EnsureAsync(Dataset dataset, Snapshot snapshot, CancellationToken cancellation)
    {
        ReferenceSet? reference = null;
        var rule = LabelKind.Of(snapshot.Schema).Reference;
        await InTransactionAsync(async () =>
        {
            var seen = await NewestTrainedAsync(dataset.Number, cancellation);
            if (await FindChoiceAsync(dataset.Number, cancellation) is not { } choice || IsDue(choice, seen, snapshot.Revision))
                await ChooseAsync(rule, dataset.Number, snapshot.Revision, cancellation);
            else
                await GrowAsync(rule, dataset.Number, snapshot.Revision, choice, seen ?? 0, cancellation);
            var rows = await ReadAsync(dataset.Number, snapshot.Revision, cancellation);
            var number = (await FindChoiceAsync(dataset.Number, cancellation))!.Number;
            reference = new ReferenceSet(rows.Select(row => row.Id).ToHashSet(), rows.Select(row => row.Content).ToHashSet(), HashOf(rows), number);
        }, dataset.Number, cancellation);
        return reference!;
    }

    /// <summary>Chooses anew, from the labels as they are now. In the transaction that the context has, or one of its own.</summary>
    public Task ChooseAnewAsync(Dataset dataset, CancellationToken cancellation) =>
        InTransactionAsync(() => ChooseAsync(LabelKind.Of(dataset.Schema!).Reference, dataset.Number, dataset.Revision, cancellation), dataset.Number, cancellation);

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

    /// <summary>How many rows a run on the labels of a revision would set aside, by stratum: those that are chosen, or would be.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ForecastAsync(ReferenceRule rule, int dataset, int revision, CancellationToken cancellation)
    {
        var seen = await NewestTrainedAsync(dataset, cancellation);
        if (await FindChoiceAsync(dataset, cancellation) is not { } choice || IsDue(choice, seen, revision))
        {
            var (trusted, shared) = await ReadStrataAsync(rule, dataset, revision, cancellation);
            return rule.IsEnough(trusted) ? trusted : shared;
        }
        var chosen = await ReadAsync(dataset, revision, cancellation);
        var strata = rule.StrataOf(chosen).ToDictionary(StringComparer.Ordinal);
        foreach (var (_, stratum) in await GrowingAsync(rule, dataset, revision, chosen, choice, seen ?? 0, cancellation))
            strata[stratum] = strata.GetValueOrDefault(stratum) + 1;
        return strata;
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

    private async Task ChooseAsync(ReferenceRule rule, int dataset, int revision, CancellationToken cancellation)
    {
        var trusted = rule.IsEnough((await ReadStrataAsync(rule, dataset, revision, cancellation)).Trusted);
        var number = 1 + ((await FindChoiceAsync(dataset, cancellation))?.Number ?? 0);
        // Those that stay keep the number of the choice that they came with: no version since has seen them.
        await using var choose = await CommandAsync($"""
            WITH before AS (DELETE FROM dataset_reference WHERE dataset = $1 RETURNING label, since), chosen (dataset, id, since) AS ({(trusted ? $"SELECT $1, id, $3 FROM labels WHERE {There} AND trusted" : ShareOf(rule, "true"))})
            SELECT chosen.id, coalesce(before.since, $3) FROM chosen LEFT JOIN before ON before.label = chosen.id
            """, dataset, revision, cancellation, number);
        List<(Guid Row, int Since)> rows = [];
        await using (var reader = await choose.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                rows.Add((reader.GetGuid(0), reader.GetInt32(1)));
        }
        var (ids, since) = (rows.Select(row => row.Row).ToArray(), rows.Select(row => row.Since).ToArray());
        await db.Database.ExecuteSqlAsync($"INSERT INTO dataset_reference (dataset, label, since) SELECT {dataset}, * FROM unnest({ids}, {since})", cancellation);
        await NoteAsync(rule, dataset, revision, trusted ? "trusted" : "share", number, cancellation);
    }

    /// <summary>A choice of too few rows is made anew as long as nothing was trained beside it.</summary>
    private static bool IsDue(ReferenceChoice choice, int? seen, int revision) => choice.Provisional && seen is null && choice.Revision < revision;

    /// <summary>Adds rows of what nothing, or too little, is judged by: only such as no version was trained on.</summary>
    private async Task GrowAsync(ReferenceRule rule, int dataset, int revision, ReferenceChoice choice, int seen, CancellationToken cancellation)
    {
        var rows = await GrowingAsync(rule, dataset, revision, await ReadAsync(dataset, revision, cancellation), choice, seen, cancellation);
        if (rows.Count == 0)
            return;
        var (ids, number) = (rows.Select(row => row.Id).ToArray(), choice.Number + 1);
        await db.Database.ExecuteSqlAsync($"INSERT INTO dataset_reference (dataset, label, since) SELECT {dataset}, id, {number} FROM unnest({ids}) AS id ON CONFLICT DO NOTHING", cancellation);
        await NoteAsync(rule, dataset, revision, kind: null, number, cancellation);
    }

    private async Task<IReadOnlyList<(Guid Id, string Stratum)>> GrowingAsync(
        ReferenceRule rule, int dataset, int revision, IReadOnlyList<ReferenceRow> chosen, ReferenceChoice choice, int seen, CancellationToken cancellation)
    {
        if (rule.Growing(chosen, choice.Provisional) is not { } growing)
            return [];
        var most = growing.AtMost ?? new Dictionary<string, long>();
        await using var command = await CommandAsync(GrowthOf(rule), dataset, revision, cancellation, choice.Number, seen, growing.But, most.Keys.ToArray(), most.Values.ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        List<(Guid, string)> rows = [];
        while (await reader.ReadAsync(cancellation))
            rows.Add((reader.GetGuid(0), reader.GetString(1)));
        return rows;
    }

    private async Task<(IReadOnlyDictionary<string, long> Trusted, IReadOnlyDictionary<string, long> Shared)> ReadStrataAsync(ReferenceRule rule, int dataset, int revision, CancellationToken cancellation)
    {
        await using var command = await CommandAsync(StrataOf(rule), dataset, revision, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        Dictionary<string, long> trusted = [], shared = [];
        while (await reader.ReadAsync(cancellation))
            (trusted[reader.GetString(0)], shared[reader.GetString(0)]) = (reader.GetInt64(1), reader.GetInt64(2));
        return (trusted, shared);
    }

    /// <param name="kind">Null: as it was, and what was enough once is provisional no more.</param>
    private async Task NoteAsync(ReferenceRule rule, int dataset, int revision, string? kind, int number, CancellationToken cancellation)
    {
        var provisional = !rule.IsEnough(rule.StrataOf(await ReadAsync(dataset, revision, cancellation)));
        var now = time.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_reference_choices (dataset, kind, provisional, revision, chosen_at, number) VALUES ({dataset}, coalesce({kind}::text, 'share'), {provisional}, {revision}, {now}, {number})
            ON CONFLICT (dataset) DO UPDATE SET kind = coalesce({kind}::text, dataset_reference_choices.kind), provisional = excluded.provisional AND ({kind}::text IS NOT NULL OR dataset_reference_choices.provisional),
              revision = excluded.revision, chosen_at = excluded.chosen_at, number = excluded.number
            """, cancellation);
    }

    /// <summary>Revision of the newest snapshot that a version was trained on; null: none was yet.</summary>
    private async Task<int?> NewestTrainedAsync(int dataset, CancellationToken cancellation) => await db.Database.SqlQuery<int?>($"""
        SELECT max(s.revision) AS "Value" FROM versions v JOIN dataset_snapshots s ON s.id::text = v.lineage->>'snapshot' WHERE s.dataset = {dataset}
        """).SingleAsync(cancellation);

    /// <summary>Two that choose at once choose one after the other.</summary>
    private async Task InTransactionAsync(Func<Task> choose, int dataset, CancellationToken cancellation)
    {
        await using var own = db.Database.CurrentTransaction is null ? await db.Database.BeginTransactionAsync(cancellation) : null;
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Lock}, {dataset})", cancellation);
        await choose();
        if (own is not null)
            await own.CommitAsync(cancellation);
    }

    private async Task<NpgsqlCommand> CommandAsync(string sql, int dataset, int revision, CancellationToken cancellation, params object[] more)
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
