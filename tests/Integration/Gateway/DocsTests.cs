using System.Net;
using System.Text.Json.Nodes;
using Integration.AuthService;
using NUnit.Framework;

namespace Integration.Gateway;

public class DocsTests
{
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;
    private GatewayApplication _gateway = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
        var settings = new Dictionary<string, string> { ["services:feedback:http:0"] = "http://127.0.0.1:9" };
        _gateway = await GatewayApplication.StartNewAsync(_auth, [_inference.Address], settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _gateway.DisposeAsync();
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
    }

    [Test]
    public async Task The_api_document_has_every_service_that_is_up_and_nothing_internal()
    {
        var document = await _gateway.GetAsync("/openapi.json").ReadAsync();
        var paths = ((JsonObject)document["paths"]!).Select(path => path.Key).ToArray();
        Assert.That(paths, Does.Contain("/token").And.Contain("/v1/auth/keys/{id}").And.Contain("/v1/models"));
        Assert.That(paths, Has.None.StartsWith("/internal"));
        Assert.That(((JsonObject)document["components"]!["securitySchemes"]!).Select(scheme => scheme.Key), Is.EquivalentTo(new[] { "bearer", "apiKey" }));
        Assert.That(document["servers"]!.ToJsonString(), Is.EqualTo("""[{"url":"/"}]"""));
        Assert.That((JsonArray)document["paths"]!["/token"]!["post"]!["security"]!, Is.Empty);
    }

    [Test]
    public async Task Every_reference_in_it_leads_somewhere()
    {
        var document = await _gateway.GetAsync("/openapi.json").ReadAsync();
        foreach (var reference in References(document))
            Assert.That(reference.Split('/').Skip(1).Aggregate((JsonNode?)document, (node, part) => node?[part]), Is.Not.Null, reference);
    }

    [Test]
    public async Task The_docs_page_needs_nothing_from_elsewhere()
    {
        using var page = await _gateway.GetAsync("/docs/index.html");
        var html = await page.Content.ReadAsStringAsync();
        Assert.That(page.StatusCode, Is.EqualTo(HttpStatusCode.OK), html);
        Assert.That(html, Does.Not.Contain("http://").And.Not.Contain("https://").And.Not.Contain("<script>"));
        Assert.That(page.Headers.GetValues("Content-Security-Policy").Single(), Does.Contain("script-src 'self';"));
        Assert.That(await _gateway.GetAsync("/docs/swagger-ui-bundle.js").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task The_front_page_describes_the_suite_and_sends_browsers_on()
    {
        Assert.That((await _gateway.GetAsync("/").ReadAsync()).Text("name"), Is.EqualTo("InferenceSuite"));
        using var browser = await _gateway.GetAsync("/", ("Accept", "text/html,*/*"));
        Assert.That(browser.Headers.Location!.ToString(), Is.EqualTo("/docs/"));
    }

    [Test]
    public async Task The_heart_beats() =>
        Assert.That((await _gateway.GetAsync("/heartbeat").ReadAsync()).ToJsonString(), Is.EqualTo("""{"status":"ok"}"""));

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(member => member is { Key: "$ref", Value: JsonValue value } ? [value.GetValue<string>()] : References(member.Value)),
        JsonArray array => array.SelectMany(References),
        _ => [],
    };
}
