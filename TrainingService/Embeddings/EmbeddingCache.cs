using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;

namespace TrainingService.Embeddings;

/// <summary>One image, as it is or changed, in the hands of one backbone.</summary>
/// <param name="Image">SHA-256, lower-case hex.</param>
/// <param name="Variant">0: as it is.</param>
internal readonly record struct EmbeddingKey(string Image, long Variant);

/// <summary>Embeddings that were made before, in the database. What is asked for again is not inferred again.</summary>
internal sealed class EmbeddingCache(NpgsqlDataSource source, IOptions<EmbeddingOptions> options, TimeProvider time)
{
    /// <summary>All that an embedding depends on besides the image: where one of these differs, it is another.</summary>
    public static byte[] KeyOf(Backbone backbone) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{backbone.Sha256}\n{backbone.EmbeddingSha256}\n{backbone.Tensor}\n{backbone.Manifest.GetProperty("input").GetRawText()}"));

    /// <returns>Those that are there.</returns>
    public async Task<Dictionary<EmbeddingKey, float[]>> FindAsync(string owner, byte[] backbone, IReadOnlyCollection<EmbeddingKey> wanted, CancellationToken cancellation)
    {
        await using var connection = await source.OpenConnectionAsync(cancellation);
        // Touched once a day at most: a read that always writes would cost more than it tells.
        await using var command = new NpgsqlCommand("""
            WITH wanted AS (SELECT * FROM unnest($3, $4) AS w(image, variant)),
                 stale AS (SELECT e.ctid FROM image_embeddings e JOIN wanted w ON e.image = w.image AND e.variant = w.variant
                           WHERE e.owner = $1 AND e.backbone = $2 AND e.used_at < $5 - interval '1 day' FOR NO KEY UPDATE OF e SKIP LOCKED),
                 touched AS (UPDATE image_embeddings SET used_at = $5 WHERE ctid IN (SELECT ctid FROM stale))
            SELECT e.image, e.variant, e.embedding FROM image_embeddings e JOIN wanted w ON e.image = w.image AND e.variant = w.variant WHERE e.owner = $1 AND e.backbone = $2
            """, connection)
        {
            Parameters = { new() { Value = owner }, new() { Value = backbone }, Images(wanted), Variants(wanted), new() { Value = time.GetUtcNow() } },
        };
        var found = new Dictionary<EmbeddingKey, float[]>(wanted.Count);
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var key = new EmbeddingKey(Convert.ToHexStringLower(rows.GetFieldValue<byte[]>(0)), rows.GetInt64(1));
            found[key] = MemoryMarshal.Cast<byte, float>(rows.GetFieldValue<byte[]>(2)).ToArray();
        }
        return found;
    }

    /// <summary>Keeps what is new, of images that some row still has.</summary>
    public async Task StoreAsync(string owner, byte[] backbone, IReadOnlyDictionary<EmbeddingKey, float[]> made, CancellationToken cancellation)
    {
        if (made.Count == 0 || options.Value.MaxCachedEmbeddings == 0)
            return;
        await using var connection = await source.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand("""
            INSERT INTO image_embeddings (owner, image, backbone, variant, embedding, used_at)
            SELECT $1, e.image, $2, e.variant, e.embedding, $6 FROM unnest($3, $4, $5) AS e(image, variant, embedding)
            WHERE EXISTS (SELECT FROM labels l JOIN datasets d ON d.number = l.dataset WHERE l.image = e.image AND d.owner = $1)
            ORDER BY e.image, e.variant
            ON CONFLICT DO NOTHING
            """, connection)
        {
            Parameters =
            {
                new() { Value = owner }, new() { Value = backbone }, Images(made.Keys), Variants(made.Keys),
                new() { Value = made.Values.Select(embedding => MemoryMarshal.AsBytes<float>(embedding).ToArray()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = time.GetUtcNow() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Down to the bound; nothing where somebody else is about it. Waits for nobody who has some of them in hand.</summary>
    public async Task TrimAsync(CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtext('image_embeddings')) AS mine)
            DELETE FROM image_embeddings WHERE ctid IN (
              SELECT ctid FROM image_embeddings ORDER BY used_at
              LIMIT CASE WHEN (SELECT mine FROM turn) THEN (SELECT greatest(0, count(*) - $1) FROM image_embeddings) ELSE 0 END FOR UPDATE SKIP LOCKED)
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = options.Value.MaxCachedEmbeddings });
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static NpgsqlParameter Images(IEnumerable<EmbeddingKey> keys) =>
        new() { Value = keys.Select(key => Convert.FromHexString(key.Image)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };

    private static NpgsqlParameter Variants(IEnumerable<EmbeddingKey> keys) =>
        new() { Value = keys.Select(key => key.Variant).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
}
