using Npgsql;
using NpgsqlTypes;
using ServiceDefaults.Database;
using StorageService.Backends;

namespace StorageService.Objects;

/// <summary>What a put says of its content.</summary>
internal sealed record Description(KindPolicy Policy, string ContentType, long Bytes);

/// <summary>
/// New objects, those that come together in one transaction. It locks their rows, puts the bytes in place and commits: a
/// crash in between leaves bytes that no row speaks of, never a row without its bytes.
/// </summary>
internal sealed class ObjectAdditions : IAsyncDisposable
{
    private const int Capacity = 64, MaxGroup = 64;
    private const long LargeBytes = 8 << 20; // takes a store long enough to go alone
    private static readonly TimeSpan CommitDeadline = TimeSpan.FromMinutes(2);

    // xmax is 0 only in a row that this statement made.
    private const string Insert =
        """
        INSERT INTO objects AS o (owner, sha256, kind, content_type, bytes, created_at, expires_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (owner, sha256) DO UPDATE SET expires_at =
          CASE WHEN o.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL ELSE greatest(o.expires_at, excluded.expires_at) END
        RETURNING owner, sha256, xmax = 0
        """;

    private readonly NpgsqlDataSource source;
    private readonly TimeProvider time;
    private readonly GroupCommit<Addition> group;

    public ObjectAdditions(NpgsqlDataSource source, TimeProvider time)
    {
        (this.source, this.time) = (source, time);
        group = new GroupCommit<Addition>(WriteAsync, Capacity, MaxGroup, failsAll: e => e is not PostgresException || e.IsDatabaseAway()); // a store that is away is so for all
    }

    /// <summary>Commits the content and its row; false when somebody else had added the same object already.</summary>
    public async Task<bool> AddAsync(ObjectKey key, Description description, IStagedObject content, CancellationToken cancellation)
    {
        var addition = new Addition(key, description, content);
        // Not given up on the way: the content is the group's until it is through.
        if (description.Bytes > LargeBytes)
            await WriteAsync([addition]);
        else
            await group.WriteToEndAsync(addition, cancellation);
        return addition.Created;
    }

    public ValueTask DisposeAsync() => group.DisposeAsync();

    private async Task WriteAsync(IReadOnlyList<Addition> group)
    {
        // A statement may touch a row once, so of the same object twice one is written. In one order, so that two replicas
        // with the same objects don't lock each other out.
        var additions = group.GroupBy(addition => addition.Key).Select(same => same.MaxBy(addition => addition.Description.Policy.ExpiryOf(time.GetUtcNow()) ?? DateTimeOffset.MaxValue)!)
            .OrderBy(addition => addition.Key.ToString(), StringComparer.Ordinal).ToArray();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await InsertAsync(connection, additions);
        using var deadline = new CancellationTokenSource(CommitDeadline, time);
        try
        {
            await Task.WhenAll(additions.Select(addition => addition.Content.CommitAsync(deadline.Token)));
        }
        catch (OperationCanceledException e)
        {
            throw new IOException($"The store did not take the content within {CommitDeadline.TotalSeconds} s.", e);
        }
        await transaction.CommitAsync();
    }

    private async Task InsertAsync(NpgsqlConnection connection, Addition[] additions)
    {
        var now = time.GetUtcNow();
        await using var command = new NpgsqlCommand(Insert, connection);
        command.Parameters.AddRange((NpgsqlParameter[])
        [
            Column(additions, a => a.Key.Owner, NpgsqlDbType.Text),
            Column(additions, a => a.Key.Sha256, NpgsqlDbType.Text),
            Column(additions, a => a.Description.Policy.Kind, NpgsqlDbType.Text),
            Column(additions, a => a.Description.ContentType, NpgsqlDbType.Text),
            Column(additions, a => a.Description.Bytes, NpgsqlDbType.Bigint),
            Column(additions, _ => now, NpgsqlDbType.TimestampTz),
            Column(additions, a => a.Description.Policy.ExpiryOf(now), NpgsqlDbType.TimestampTz),
        ]);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var (owner, sha256) = (reader.GetString(0), reader.GetString(1));
            additions.First(addition => addition.Key.Owner == owner && addition.Key.Sha256 == sha256).Created = reader.GetBoolean(2);
        }
    }

    private static NpgsqlParameter Column<TValue>(Addition[] rows, Func<Addition, TValue> value, NpgsqlDbType type) =>
        new() { Value = Array.ConvertAll(rows, row => value(row)), NpgsqlDbType = NpgsqlDbType.Array | type };

    private sealed record Addition(ObjectKey Key, Description Description, IStagedObject Content)
    {
        public bool Created { get; set; }
    }
}
