using Microsoft.EntityFrameworkCore;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using static TrainingService.Evaluations.ReferenceSql;

namespace TrainingService.Evaluations;

/// <summary>
/// The rows by which a data set's models are judged. Chosen once: those marked trusted, where each class has enough of them, else a share of the
/// first run's rows by the hash of their content. What is posted later never joins or leaves it by itself, nor does what became a label by feedback; only a class that has
/// too few rows to judge by, or none because it is new, gets more at the next run, of rows that no version was trained on.
/// </summary>
internal sealed class ReferenceSets(TrainingDb db, ReferenceRows reference, TimeProvider time)
{
    private const int Lock = 0x5265_6665;

    /// <summary>The reference rows of a snapshot, chosen now if the data set has none yet.</summary>
    public async Task<ReferenceSet> EnsureAsync(Dataset dataset, Snapshot snapshot, CancellationToken cancellation)
    {
        ReferenceSet? chosen = null;
        await InTransactionAsync(async () =>
        {
            var seen = await NewestTrainedAsync(dataset, cancellation);
            if (await reference.FindChoiceAsync(dataset.Number, cancellation) is not { } choice || (choice.Provisional && seen is null && choice.Revision < snapshot.Revision))
                await ChooseAsync(dataset.Number, snapshot.Revision, cancellation);
            else
                await GrowAsync(dataset.Number, snapshot.Revision, choice.Provisional, seen ?? 0, cancellation);
            var rows = await reference.ReadAsync(dataset.Number, snapshot.Revision, cancellation);
            var number = (await reference.FindChoiceAsync(dataset.Number, cancellation))!.Number;
            chosen = new ReferenceSet(rows.Select(row => row.Id).ToHashSet(), rows.Select(row => row.Content).ToHashSet(), ReferenceSet.HashOf(rows), number);
        }, dataset.Number, cancellation);
        return chosen!;
    }

    /// <summary>Chooses anew, from the labels as they are now. In the transaction that the context has, or one of its own.</summary>
    public Task ChooseAnewAsync(Dataset dataset, CancellationToken cancellation) =>
        InTransactionAsync(() => ChooseAsync(dataset.Number, dataset.Revision, cancellation), dataset.Number, cancellation);

    private async Task ChooseAsync(int dataset, int revision, CancellationToken cancellation)
    {
        var trusted = await IsTrustedAsync(dataset, revision, cancellation);
        var number = 1 + ((await reference.FindChoiceAsync(dataset, cancellation))?.Number ?? 0);
        // Those that stay keep the number of the choice that they came with: no version since has seen them.
        await using var choose = await reference.CommandAsync($"""
            WITH before AS (DELETE FROM dataset_reference WHERE dataset = $1 RETURNING label, since), chosen (dataset, id, since) AS ({(trusted ? $"SELECT $1, id, $3 FROM labels WHERE {There} AND trusted" : ShareOf("true"))})
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
        await NoteAsync(dataset, revision, trusted ? "trusted" : "share", number, cancellation);
    }

    /// <summary>Adds rows of classes that nothing, or too little, is judged by: only such as are newer than what any version was trained on, so that none has seen them.</summary>
    private async Task GrowAsync(int dataset, int revision, bool provisional, int seen, CancellationToken cancellation)
    {
        var number = 1 + (await reference.FindChoiceAsync(dataset, cancellation))!.Number;
        var counts = (await reference.ReadAsync(dataset, revision, cancellation)).CountBy(row => row.Label).ToDictionary();
        string[] enough = [.. counts.Where(each => !provisional || each.Value >= ReferenceSet.FewestPerClass).Select(each => each.Key)];
        await using var grow = await reference.CommandAsync(
            $"INSERT INTO dataset_reference (dataset, label, since) {ShareOf("added > $4 AND label <> ALL ($5)")} ON CONFLICT DO NOTHING", dataset, revision, cancellation, number, seen, enough);
        if (await grow.ExecuteNonQueryAsync(cancellation) > 0)
            await NoteAsync(dataset, revision, kind: null, number, cancellation);
    }

    private async Task<bool> IsTrustedAsync(int dataset, int revision, CancellationToken cancellation)
    {
        await using var count = await reference.CommandAsync($"""
            SELECT coalesce(min(trusted), 0) FROM (SELECT count(*) FILTER (WHERE trusted) AS trusted FROM labels WHERE {There} GROUP BY label) classes
            """, dataset, revision, cancellation);
        return (long)(await count.ExecuteScalarAsync(cancellation))! >= ReferenceSet.FewestPerClass;
    }

    /// <param name="kind">Null: as it was.</param>
    private async Task NoteAsync(int dataset, int revision, string? kind, int number, CancellationToken cancellation)
    {
        var provisional = (await reference.ReadAsync(dataset, revision, cancellation)).CountBy(row => row.Label).Any(each => each.Value < ReferenceSet.FewestPerClass);
        var now = time.GetUtcNow();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_reference_choices (dataset, kind, provisional, revision, chosen_at, number) VALUES ({dataset}, coalesce({kind}, 'share'), {provisional}, {revision}, {now}, {number})
            ON CONFLICT (dataset) DO UPDATE SET kind = coalesce({kind}, dataset_reference_choices.kind), provisional = excluded.provisional,
              revision = excluded.revision, chosen_at = excluded.chosen_at, number = excluded.number
            """, cancellation);
    }

    /// <summary>Revision of the newest snapshot that a version was trained on; null: none was yet.</summary>
    private async Task<int?> NewestTrainedAsync(Dataset dataset, CancellationToken cancellation) => await db.Database.SqlQuery<int?>($"""
        SELECT max(s.revision) AS "Value" FROM versions v JOIN dataset_snapshots s ON s.id::text = v.lineage->>'snapshot' WHERE s.dataset = {dataset.Number}
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
}
