using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace ServiceDefaults.History;

/// <summary>
/// One change on record, chained to the one before: <see cref="Hash"/> is the SHA-256 of the canonical JSON array
/// <c>[seq, time, subject, action, actor, details, previousHash]</c>, time as <c>yyyy-MM-ddTHH:mm:ss.ffffffZ</c>.
/// Whoever remembers one hash can tell later whether anything up to it was altered.
/// </summary>
/// <param name="Seq">1, 2, 3, ... without a gap, so that a missing entry shows.</param>
/// <param name="Subject">What was changed, for example a model's name.</param>
/// <param name="Action">Past tense: <c>model.promoted</c>.</param>
/// <param name="Actor">Pseudonymous id of the caller, or a service's name. Never an e-mail.</param>
/// <param name="Details">A JSON object.</param>
/// <param name="PreviousHash">Lower-case hex; <see cref="Genesis"/> for the first entry.</param>
public sealed record HistoryEntry(
    long Seq, DateTimeOffset Time, string Subject, string Action, string Actor, JsonElement Details, string PreviousHash, string Hash)
{
    /// <summary>What the first entry is chained to.</summary>
    public const string Genesis = "0000000000000000000000000000000000000000000000000000000000000000";

    /// <summary>The entry that follows <paramref name="previous"/>, or the first one.</summary>
    /// <param name="time">Kept to the microsecond, which is what the database keeps.</param>
    public static HistoryEntry After(HistoryEntry? previous, string subject, string action, string actor, JsonElement details, DateTimeOffset time)
    {
        var exact = time.ToUniversalTime();
        var unhashed = new HistoryEntry(
            (previous?.Seq ?? 0) + 1, exact.AddTicks(-(exact.Ticks % TimeSpan.TicksPerMicrosecond)),
            subject, action, actor, details, previous?.Hash ?? Genesis, Hash: "");
        return unhashed with { Hash = unhashed.ComputeHash() };
    }

    /// <summary>What <see cref="Hash"/> must be for this content.</summary>
    public string ComputeHash()
    {
        var content = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(content))
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(Seq);
            writer.WriteStringValue(Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            writer.WriteStringValue(Subject);
            writer.WriteStringValue(Action);
            writer.WriteStringValue(Actor);
            CanonicalJson.Write(writer, Details);
            writer.WriteStringValue(PreviousHash);
            writer.WriteEndArray();
        }
        return Convert.ToHexStringLower(SHA256.HashData(content.WrittenSpan));
    }
}
