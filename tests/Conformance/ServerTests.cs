using System.Net;
using System.Text.Json;
using NUnit.Framework;

namespace Conformance;

/// <summary>The server itself: what it is, whether it is well, how it refuses.</summary>
[TestFixture]
public sealed class ServerTests
{
    private readonly Client client = new();

    [OneTimeTearDown]
    public void Release() => client.Dispose();

    [TestCase("/v2")]
    [TestCase("/v2/")]
    public async Task Server_metadata_has_name_version_and_extensions(string path)
    {
        using var answer = await client.Http.GetAsync(path);
        var server = await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.That(server.GetProperty("name").GetString(), Is.Not.Empty);
        Assert.That(server.GetProperty("version").GetString(), Is.Not.Empty);
        Assert.That(
            server.GetProperty("extensions").EnumerateArray().Select(extension => extension.GetString()),
            Is.EquivalentTo(new[] { "binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics" }));
    }

    [TestCase("/v2/health/live", """{"live":true}""")]
    [TestCase("/v2/health/ready", """{"ready":true,"live":true}""")]
    [TestCase("/v2/models/report-scorer/ready", """{"name":"report-scorer","ready":true}""")]
    [TestCase("/v2/models/report-scorer/versions/1/ready", """{"name":"report-scorer","ready":true}""")]
    public async Task Health_is_a_status_and_a_body(string path, string body)
    {
        using var answer = await client.Http.GetAsync(path);
        await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.That(await answer.Content.ReadAsStringAsync(), Is.EqualTo(body));
    }

    [TestCase("/v2/nothing")]
    [TestCase("/v2/models/no-such-model")]
    [TestCase("/v2/models/no-such-model/ready")]
    [TestCase("/v2/models/no-such-model/config")]
    [TestCase("/v2/models/no-such-model/stats")]
    [TestCase("/v2/models/report-scorer/versions/77")]
    [TestCase("/v2/models/report-scorer/versions/77/ready")]
    [TestCase("/v2/models/report-scorer/versions/77/stats")]
    public async Task What_is_not_there_is_404(string path)
    {
        using var answer = await client.Http.GetAsync(path);
        await answer.ShouldBeErrorAsync(HttpStatusCode.NotFound);
    }

    [TestCase("DELETE", "/v2", "GET")]
    [TestCase("POST", "/v2/health/live", "GET")]
    [TestCase("GET", "/v2/models/report-scorer/infer", "POST")]
    [TestCase("GET", "/v2/repository/index", "POST")]
    public async Task A_wrong_method_is_405_and_says_which_are_right(string method, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await client.Http.SendAsync(request);
        await answer.ShouldBeErrorAsync(HttpStatusCode.MethodNotAllowed);
        Assert.That(answer.Content.Headers.Allow, Does.Contain(allowed));
    }

    [Test]
    public async Task The_gateway_refuses_in_the_same_form()
    {
        using var stranger = new Client();
        stranger.Http.DefaultRequestHeaders.Add("X-API-Key", "isk_wrong");
        using var unknown = await stranger.Http.GetAsync("/v2/models");
        await unknown.ShouldBeErrorAsync(HttpStatusCode.Unauthorized);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/report-scorer/infer") { Content = new ByteArrayContent(new byte[(64 << 20) + 1]) };
        request.Headers.ExpectContinue = true; // so that the refusal is read, not the connection broken
        using var large = await client.Http.SendAsync(request);
        await large.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task Loading_needs_an_admin()
    {
        using var answer = await client.Http.PostAsync("/v2/repository/models/report-scorer/unload", null);
        await answer.ShouldBeErrorAsync(HttpStatusCode.Forbidden, "admin");
    }

    [Test]
    public async Task The_api_document_names_the_protocol()
    {
        using var answer = await client.Http.GetAsync("/openapi.json");
        var paths = (await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("paths");
        var infer = paths.GetProperty("/v2/models/{model}/infer").GetProperty("post");
        Assert.That(infer.GetProperty("operationId").GetString(), Is.EqualTo("ModelInfer"));
        Assert.That(infer.GetProperty("responses").TryGetProperty("413", out _), Is.True);
        Assert.That(paths.EnumerateObject().Select(path => path.Name), Does.Contain("/v2/repository/models/{model}/unload").And.Contain("/v2/health/ready"));
    }
}
