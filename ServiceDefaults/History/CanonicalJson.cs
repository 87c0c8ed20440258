using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace ServiceDefaults.History;

/// <summary>
/// One byte sequence per JSON value: members sorted by name (ordinal), no white space, strings escaped as
/// <see cref="Utf8JsonWriter"/> does by default, numbers as .NET's shortest double. In the spirit of RFC 8785, which differs in
/// escapes and exponents. So content survives a <c>jsonb</c> column, which keeps neither order nor spelling, with its hash intact.
/// </summary>
public static class CanonicalJson
{
    public static byte[] Write(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, value);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Whether two values say the same, however they are written.</summary>
    public static bool Same(JsonElement a, JsonElement b) => Write(a).AsSpan().SequenceEqual(Write(b));

    internal static void Write(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray())
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(value.GetDouble().ToString("R", CultureInfo.InvariantCulture));
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
