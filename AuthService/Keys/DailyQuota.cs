using System.Text.Json;
using System.Text.Json.Serialization;
using ServiceDefaults.Problems;

namespace AuthService.Keys;

/// <summary>What a key may use up on one day (UTC). A plain number is read as requests.</summary>
/// <param name="Items">Predicted items: images, rows, batch elements.</param>
[JsonConverter(typeof(DailyQuotaConverter))]
public sealed record DailyQuota(long? Requests, long? Items)
{
    private const long Largest = 1_000_000_000_000;

    public static DailyQuota? Of(ApiKey key) => key is { DailyRequests: null, DailyItems: null } ? null : new(key.DailyRequests, key.DailyItems);

    /// <exception cref="ProblemException">400 naming the field.</exception>
    public void Validate()
    {
        if (this is { Requests: null, Items: null })
            throw ProblemException.Invalid("dailyQuota", "A daily quota is of 'requests', of 'items' or of both.");
        if (Requests is < 1 or > Largest)
            throw ProblemException.Invalid("dailyQuota.requests", $"A daily quota is 1 to {Largest}.");
        if (Items is < 1 or > Largest)
            throw ProblemException.Invalid("dailyQuota.items", $"A daily quota is 1 to {Largest}.");
    }
}

internal sealed class DailyQuotaConverter : JsonConverter<DailyQuota>
{
    public override DailyQuota Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return new DailyQuota(reader.GetInt64(), null);
        var parts = JsonSerializer.Deserialize<Parts>(ref reader, options);
        return new DailyQuota(parts?.Requests, parts?.Items);
    }

    public override void Write(Utf8JsonWriter writer, DailyQuota quota, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, new Parts(quota.Requests, quota.Items), options);

    private sealed record Parts(long? Requests, long? Items);
}
