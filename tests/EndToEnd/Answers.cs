using System.Net;
using System.Text.Json;
using NUnit.Framework;

namespace EndToEnd;

/// <summary>Reading answers as what they are on the wire.</summary>
internal static class Answers
{
    public static async Task<JsonElement> ReadJsonAsync(this HttpResponseMessage answer)
    {
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public static Guid Id(this JsonElement element) => element.GetProperty("id").GetGuid();

    public static JsonElement FirstItem(this JsonElement prediction) => prediction.GetProperty("predictions")[0];

    /// <summary>An RFC 9457 answer with this status that blames this field.</summary>
    public static async Task<JsonElement> ShouldBeProblemAsync(this HttpResponseMessage answer, HttpStatusCode status, string? field = null, string? code = null)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), text);
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/problem+json"), text);
        Assert.That(text, Does.Not.Contain("   at ").And.Not.Contain("Exception").And.Not.Contain("System.").And.Not.Contain("Nullable"), "an answer must not show a stack trace");
        var problem = await answer.ReadJsonAsync();
        if (field is not null)
            Assert.That(problem.GetProperty("errors").EnumerateObject().Select(error => error.Name), Does.Contain(field), text);
        if (code is not null)
            Assert.That(problem.GetProperty("code").GetString(), Is.EqualTo(code), text);
        return problem;
    }
}
