using Npgsql;
using NpgsqlTypes;
using ServiceDefaults.Database;

namespace FeedbackService.Observations;

/// <summary>Where observations are kept. Those that arrive together are written together.</summary>
public sealed class ObservationStore : IAsyncDisposable
{
    private const int Capacity = 1024, MaxGroup = 256;

    /// <summary>
    /// An event completes what feedback, when it was faster, learned from InferenceService; never the other way round.
    /// </summary>
    private const string Insert =
        """
        INSERT INTO observations (id, request_id, caller, model, version, task, label, confidence, score, input, total_ms, time)
        SELECT id, request_id, caller, model, version, task, label, confidence, score, input::jsonb, total_ms, time
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
          AS row (id, request_id, caller, model, version, task, label, confidence, score, input, total_ms, time)
        ON CONFLICT (id) DO UPDATE SET task = excluded.task, input = excluded.input, total_ms = excluded.total_ms
          WHERE observations.task IS NULL AND excluded.task IS NOT NULL
        """;

    private readonly NpgsqlDataSource source;
    private readonly GroupCommit<Observation> group;

    public ObservationStore(NpgsqlDataSource source)
    {
        this.source = source;
        group = new GroupCommit<Observation>(WriteAsync, Capacity, MaxGroup, pause: TimeSpan.FromMilliseconds(20));
    }

    /// <summary>Keeps an observation once, however often it comes. Returns when it is durable.</summary>
    public Task KeepAsync(Observation observation, CancellationToken cancellation) => group.WriteAsync(observation, cancellation);

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private async Task WriteAsync(IReadOnlyList<Observation> group)
    {
        // One statement may touch a row once: of one item twice in a group, the event says more. In one order, so that two
        // replicas with the same items don't lock each other out.
        Observation[] rows = [.. group.GroupBy(o => o.Id).Select(same => same.MaxBy(o => o.Task is not null)!).OrderBy(o => o.Id)];
        await using var command = source.CreateCommand(Insert);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Column(rows, o => o.Id, NpgsqlDbType.Uuid),
            Column(rows, o => o.RequestId, NpgsqlDbType.Uuid),
            Column(rows, o => o.Caller, NpgsqlDbType.Text),
            Column(rows, o => o.Model, NpgsqlDbType.Text),
            Column(rows, o => o.Version, NpgsqlDbType.Text),
            Column(rows, o => o.Task, NpgsqlDbType.Text),
            Column(rows, o => o.Label, NpgsqlDbType.Text),
            Column(rows, o => o.Confidence, NpgsqlDbType.Double),
            Column(rows, o => o.Score, NpgsqlDbType.Double),
            Column(rows, o => o.Input, NpgsqlDbType.Text),
            Column(rows, o => o.TotalMs, NpgsqlDbType.Double),
            Column(rows, o => o.Time, NpgsqlDbType.TimestampTz),
        ]);
        await command.ExecuteNonQueryAsync();
    }

    private static NpgsqlParameter Column<TValue>(Observation[] rows, Func<Observation, TValue> value, NpgsqlDbType type) =>
        new() { Value = Array.ConvertAll(rows, row => value(row)), NpgsqlDbType = NpgsqlDbType.Array | type };
}
