using Npgsql;
using ServiceDefaults.Problems;

namespace StorageService.Objects;

/// <summary>What owners have stored. That it stays within the quota is a check in the database, so that no number of puts at once gets past it.</summary>
internal static class OwnerUsage
{
    // Sorted, so that two replicas don't lock each other out.
    private const string Add =
        """
        INSERT INTO owner_usage AS u (owner, bytes, quota)
        SELECT owner, sum(bytes), CASE WHEN owner = ANY($3) THEN NULL ELSE $4 END FROM unnest($1, $2) AS n(owner, bytes) GROUP BY owner ORDER BY owner
        ON CONFLICT (owner) DO UPDATE SET bytes = u.bytes + excluded.bytes, quota = excluded.quota
        """;

    /// <exception cref="PostgresException">A check violation: one of the owners has no room for it.</exception>
    public static async Task AddAsync(NpgsqlConnection connection, IEnumerable<Addition> created, ObjectOptions options)
    {
        var added = created.ToArray();
        await using var command = new NpgsqlCommand(Add, connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(added, addition => addition.Key.Owner) },
                new() { Value = Array.ConvertAll(added, addition => addition.Description.Bytes) },
                new() { Value = options.UnlimitedOwners },
                new() { Value = options.UserQuotaBytes },
            },
        };
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>For what is large: tells before it is taken in that there is no room for it. What is there already, damaged it may be, needs none. The check in the database decides.</summary>
    public static async Task RefuseWhenFullAsync(NpgsqlDataSource source, ObjectKey key, long bytes, ObjectOptions options, CancellationToken cancellation)
    {
        if (options.UnlimitedOwners.Contains(key.Owner))
            return;
        await using var query = source.CreateCommand("SELECT bytes FROM owner_usage WHERE owner = $1 AND NOT EXISTS (SELECT FROM objects WHERE owner = $1 AND sha256 = $2)");
        query.Parameters.Add(new() { Value = key.Owner });
        query.Parameters.Add(new() { Value = key.Sha256 });
        if (await query.ExecuteScalarAsync(cancellation) is long used ? used + bytes > options.UserQuotaBytes : bytes > options.UserQuotaBytes)
            throw Full(options.UserQuotaBytes);
    }

    public static ProblemException Full(long quota) => new(StatusCodes.Status413PayloadTooLarge, "storage-quota",
        $"The owner's objects would take up more than {quota} bytes (Storage:UserQuotaBytes).") { Field = "body" };
}
