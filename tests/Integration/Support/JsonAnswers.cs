using System.Net;
using System.Text.Json.Nodes;
using NUnit.Framework;

namespace Integration;

/// <summary>Answers as a client sees them: a status and JSON.</summary>
internal static class JsonAnswers
{
    /// <summary>The body, after a check of the status; a failure shows the body.</summary>
    public static async Task<JsonNode> ReadAsync(this HttpResponseMessage response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        var body = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), body);
        return body.Length == 0 ? new JsonObject() : JsonNode.Parse(body)!;
    }

    public static async Task<JsonNode> ReadAsync(this Task<HttpResponseMessage> response, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var received = await response;
        return await received.ReadAsync(expected);
    }

    public static async Task<HttpStatusCode> StatusAsync(this Task<HttpResponseMessage> response)
    {
        using var received = await response;
        return received.StatusCode;
    }

    public static string Text(this JsonNode node, string member) => node[member]!.GetValue<string>();

    /// <summary>The field that a problem blames.</summary>
    public static string? Field(this JsonNode problem) => (problem["errors"] as JsonObject)?.Single().Key;
}
