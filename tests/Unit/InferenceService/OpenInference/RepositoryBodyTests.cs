using System.Text;
using System.Text.Json;
using InferenceService.OpenInference.Repository;
using InferenceService.Predictions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.OpenInference;

[TestFixture]
public sealed class RepositoryBodyTests
{
    [TestCase("""{"\ud800": 1}""", "ready", "Unicode")]
    [TestCase("""{"\ud800\ud800": 1}""", "parameters", "Unicode")]
    [TestCase("[]", "ready", "object")]
    [TestCase("null", "parameters", "object")]
    [TestCase("""{"ready": """, "ready", "JSON")]
    public void What_is_no_object_that_can_be_read_is_400(string body, string name, string told) => Assert.That(
        async () => await ReadAsync(body, name),
        Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(400).And.Property("Field").EqualTo("body").And.Message.Contains(told));

    [TestCase("")]
    [TestCase("{}")]
    [TestCase("""{"other": true}""")]
    public async Task Nothing_given_is_null(string body) => Assert.That(await ReadAsync(body, "ready"), Is.Null);

    [Test]
    public async Task What_is_given_outlives_the_body() =>
        Assert.That((await ReadAsync("""{"ready": true}""", "ready"))?.ValueKind, Is.EqualTo(JsonValueKind.True));

    private static Task<JsonElement?> ReadAsync(string body, string name)
    {
        var http = new DefaultHttpContext().Request;
        http.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return RepositoryBody.PropertyAsync(http, name, new UploadBudget(Options.Create(new PredictionOptions())), CancellationToken.None);
    }
}
