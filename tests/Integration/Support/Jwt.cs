using System.Buffers.Text;
using System.Text.Json.Nodes;

namespace Integration;

/// <summary>Looks into a token without checking it.</summary>
internal static class Jwt
{
    public static JsonNode HeaderOf(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[0]))!;

    public static JsonNode PayloadOf(string token) => JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!;
}
