using System.Collections.Frozen;
using System.Security.Cryptography;
using Npgsql;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.SigningKeys;

/// <summary>
/// The keys that sign access tokens. They live in the database, so every replica signs with the newest and knows all;
/// adding one is a rotation that logs nobody out, since what an older one signed still verifies.
/// </summary>
public sealed class SigningKeyRing(NpgsqlDataSource source, TimeProvider time) : IVerificationKeys
{
    private const long CreationLockId = 0x5175_6974_654B_6579;
    private static readonly TimeSpan MinReloadInterval = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim gate = new(1, 1);
    private FrozenDictionary<string, SigningKey> keys = FrozenDictionary<string, SigningKey>.Empty;
    private DateTimeOffset loadedAt = DateTimeOffset.MinValue;

    public bool IsLoaded => keys.Count > 0;

    /// <summary>All published keys, newest first.</summary>
    /// <exception cref="ProblemException">503: the service has only just started. An empty answer would be believed.</exception>
    public IReadOnlyList<JsonWebKey> Published =>
        !IsLoaded ? throw Starting() : [.. keys.Values.OrderByDescending(key => key.CreatedAt).Select(key => JsonWebKey.From(key.Kid, key.Key))];

    /// <summary>What new tokens are signed with.</summary>
    /// <exception cref="ProblemException">503: the service has only just started.</exception>
    public SigningKey Current =>
        keys.Values.MaxBy(key => key.CreatedAt)
        ?? throw Starting();

    /// <exception cref="ProblemException">503: the service has only just started.</exception>
    public async ValueTask<ECDsa?> FindAsync(string kid, CancellationToken cancellation)
    {
        if (!IsLoaded)
            throw Starting();
        // Unknown may mean that another replica has rotated; asked for too often it is somebody guessing.
        if (!keys.ContainsKey(kid) && time.GetUtcNow() - loadedAt >= MinReloadInterval)
            await LoadAsync(cancellation);
        return keys.GetValueOrDefault(kid)?.Key;
    }

    /// <summary>Makes the first key of a new installation, once, however many replicas start together.</summary>
    public async Task EnsureAsync(CancellationToken cancellation)
    {
        await using (var connection = await source.OpenConnectionAsync(cancellation))
        await using (var transaction = await connection.BeginTransactionAsync(cancellation))
        {
            await using var take = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({CreationLockId})", connection, transaction);
            await take.ExecuteNonQueryAsync(cancellation);
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await using var create = new NpgsqlCommand(
                "INSERT INTO signing_keys (kid, private_key, created_at) SELECT $1, $2, $3 WHERE NOT EXISTS (SELECT FROM signing_keys)", connection, transaction)
            {
                Parameters = { new() { Value = Guid.CreateVersion7().ToString("N") }, new() { Value = key.ExportPkcs8PrivateKey() }, new() { Value = time.GetUtcNow() } },
            };
            await create.ExecuteNonQueryAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }
        await LoadAsync(cancellation);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var asked = time.GetUtcNow();
        await gate.WaitAsync(cancellation);
        try
        {
            if (loadedAt >= asked)
                return; // read while this call waited
            var began = time.GetUtcNow();
            await using var command = source.CreateCommand("SELECT kid, private_key, created_at FROM signing_keys");
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var found = new List<SigningKey>();
            while (await reader.ReadAsync(cancellation))
            {
                var kid = reader.GetString(0);
                found.Add(keys.GetValueOrDefault(kid) ?? SigningKey.Import(kid, (byte[])reader[1], reader.GetFieldValue<DateTimeOffset>(2)));
            }
            keys = found.ToFrozenDictionary(key => key.Kid);
            loadedAt = began;
        }
        finally
        {
            gate.Release();
        }
    }

    private static ProblemException Starting() =>
        ProblemException.Unavailable("starting", "AuthService has no signing key yet.", TimeSpan.FromSeconds(1));
}

public sealed record SigningKey(string Kid, ECDsa Key, DateTimeOffset CreatedAt)
{
    public static SigningKey Import(string kid, ReadOnlySpan<byte> pkcs8, DateTimeOffset createdAt)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new SigningKey(kid, key, createdAt);
    }
}
