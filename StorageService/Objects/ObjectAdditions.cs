using System.Globalization;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using ServiceDefaults.Database;
using ServiceDefaults.Problems;
using StorageService.Backends;
using StorageService.Encryption;

namespace StorageService.Objects;

/// <summary>What a put says of its content, and what it is encrypted with.</summary>
internal sealed record Description(KindPolicy Policy, string ContentType, long Bytes, DataKey? EncryptedBy);

/// <summary>
/// New objects, those that come together in one transaction. It locks their rows, puts the bytes in place and commits: a
/// crash in between leaves bytes that no row speaks of, never a row without its bytes.
/// </summary>
internal sealed class ObjectAdditions : IAsyncDisposable
{
    private const int Capacity = 64, MaxGroup = 64;
    private const long LargeBytes = 8 << 20; // takes a store long enough to go alone
    private static readonly TimeSpan CommitDeadline = TimeSpan.FromMinutes(2);

    private readonly NpgsqlDataSource source;
    private readonly IObjectStore store;
    private readonly OrphanRemoval orphans;
    private readonly DataKeys keys;
    private readonly ObjectOptions options;
    private readonly TimeProvider time;
    private readonly GroupCommit<Addition>[] lanes;

    public ObjectAdditions(NpgsqlDataSource source, IObjectStore store, OrphanRemoval orphans, DataKeys keys, IOptions<ObjectOptions> options, TimeProvider time)
    {
        (this.source, this.store, this.orphans, this.keys, this.options, this.time) = (source, store, orphans, keys, options.Value, time);
        lanes = [.. Enumerable.Range(0, store.CommitLanes).Select(_ =>
            new GroupCommit<Addition>(WriteAsync, Capacity, MaxGroup, failsAll: e => e is not PostgresException || e.IsDatabaseAway()))]; // a store that is away is so for all
    }

    /// <summary>
    /// Lets an object that is there live at least as long as <paramref name="policy"/> says; false when it is not there, or
    /// is worth storing again: it is damaged, or plain though new ones are encrypted.
    /// </summary>
    public async Task<bool> KeepAsync(BlobName name, KindPolicy policy, CancellationToken cancellation)
    {
        await using var update = source.CreateCommand(
            """
            UPDATE objects SET expires_at = CASE WHEN expires_at IS NULL OR $3 IS NULL THEN NULL ELSE greatest(expires_at, $3) END
            WHERE owner = $1 AND sha256 = $2 AND (key_id IS NOT NULL) = $4 AND damaged_at IS NULL
            """);
        update.Parameters.AddRange((NpgsqlParameter[])
        [
            new() { Value = name.Owner },
            new() { Value = name.Key.Sha256 },
            new() { Value = policy.ExpiryOf(time.GetUtcNow()) ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            new() { Value = name.Encrypted },
        ]);
        return await update.ExecuteNonQueryAsync(cancellation) > 0;
    }

    /// <summary>Commits the content and its row; false when somebody else had added the same object already.</summary>
    /// <exception cref="ProblemException">413: the owner has no room for it. 503: the owner's objects are being erased.</exception>
    public async Task<bool> AddAsync(BlobName name, Description description, IStagedObject content, CancellationToken cancellation)
    {
        var addition = new Addition(name.Key, description, content);
        try
        {
            // Not given up on the way: the content is the group's until it is through.
            if (description.Bytes > LargeBytes)
                await WriteAsync([addition]);
            else
                await lanes[LaneOf(name.Key)].WriteToEndAsync(addition, cancellation);
            return addition.Created;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.CheckViolation)
        {
            await orphans.RemoveAsync(name, CancellationToken.None);
            throw OwnerUsage.Full(options.UserQuotaBytes);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            keys.Forget(name.Owner);
            await orphans.RemoveAsync(name, CancellationToken.None);
            throw ProblemException.Unavailable("owner-erased", "The owner's objects were erased meanwhile; what comes from now on is stored again.", TimeSpan.FromSeconds(1));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lane in lanes)
            await lane.DisposeAsync();
    }

    // The same object always in the same lane, so that lanes do not wait for each other.
    private int LaneOf(ObjectKey key) => byte.Parse(key.Sha256.AsSpan(0, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) % lanes.Length;

    private async Task WriteAsync(IReadOnlyList<Addition> group)
    {
        // A statement may touch a row once, so of the same object twice one is written. In one order, so that two replicas
        // with the same objects don't lock each other out.
        var additions = group.Count == 1 ? [group[0]] : group
            .GroupBy(addition => addition.Key).Select(same => same.MaxBy(addition => addition.Description.Policy.ExpiryOf(time.GetUtcNow()) ?? DateTimeOffset.MaxValue)!)
            .OrderBy(addition => addition.Key.Owner, StringComparer.Ordinal).ThenBy(addition => addition.Key.Sha256, StringComparer.Ordinal).ToArray();
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ObjectInsert.ExecuteAsync(connection, additions, time.GetUtcNow());
        using var deadline = new CancellationTokenSource(CommitDeadline, time);
        try
        {
            await store.CommitAsync(Array.ConvertAll(additions, addition => addition.Content), deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new IOException($"The store did not take the content within {CommitDeadline.TotalSeconds} s.", e);
        }
        // Last, for the owners' rows are locked from here to the commit.
        if (additions.Any(addition => addition.Created))
            await OwnerUsage.AddAsync(connection, additions.Where(addition => addition.Created), options);
        await transaction.CommitAsync();
    }
}

internal sealed record Addition(ObjectKey Key, Description Description, IStagedObject Content)
{
    public bool Created { get; set; }
}
