using System.Text.Json;
using System.Text.Json.Serialization;

namespace ServiceDefaults.Outbox;

/// <summary>How events look on the wire: camelCase, absent rather than null.</summary>
public static class EventJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
