using System.Text.Json.Nodes;
using Gateway.ApiDocs;
using NUnit.Framework;

namespace Unit.Gateway.ApiDocs;

public class OpenApiMergerTests
{
    [Test]
    public void Paths_of_all_services_are_there() =>
        Assert.That(Paths(Merge(("auth", Document("/v1/auth/me")), ("inference", Document("/v1/models")))), Is.EqualTo(new[] { "/v1/auth/me", "/v1/models" }));

    [Test]
    public void What_is_not_routed_is_left_out() =>
        Assert.That(Paths(Merge(("auth", Document("/v1/auth/me", "/internal/exchange")))), Is.EqualTo(new[] { "/v1/auth/me" }));

    [Test]
    public void Nothing_at_all_is_still_a_document() =>
        Assert.That(Merge()["openapi"]!.GetValue<string>(), Does.StartWith("3."));

    [Test]
    public void Different_components_of_one_name_are_kept_apart_and_found()
    {
        var merged = Merge(
            ("auth", Document("/v1/auth/me", schema: """{"type":"object","properties":{"email":{"type":"string"}}}""")),
            ("inference", Document("/v1/models", schema: """{"type":"object","properties":{"next":{"$ref":"#/components/schemas/View"}}}""")));
        Assert.That(((JsonObject)merged["components"]!["schemas"]!).Select(schema => schema.Key), Is.EqualTo(new[] { "View", "InferenceView" }));
        Assert.That(ReferenceOf(merged, "/v1/auth/me"), Is.EqualTo("#/components/schemas/View"));
        Assert.That(ReferenceOf(merged, "/v1/models"), Is.EqualTo("#/components/schemas/InferenceView"));
        Assert.That(merged["components"]!["schemas"]!["InferenceView"]!["properties"]!["next"]!["$ref"]!.GetValue<string>(), Is.EqualTo("#/components/schemas/InferenceView"));
    }

    [Test]
    public void Equal_components_are_one() =>
        Assert.That((JsonObject)Merge(("auth", Document("/v1/auth/me")), ("inference", Document("/v1/models")))["components"]!["schemas"]!, Has.Count.EqualTo(1));

    [Test]
    public void Anonymous_paths_ask_for_no_credentials()
    {
        var merged = Merge(("auth", Document("/token", "/v1/auth/me")));
        Assert.That((JsonArray)merged["paths"]!["/token"]!["get"]!["security"]!, Is.Empty);
        Assert.That(merged["paths"]!["/v1/auth/me"]!["get"]!["security"], Is.Null);
        Assert.That((JsonArray)merged["security"]!, Has.Count.EqualTo(2));
    }

    [Test]
    public void The_gateway_is_the_server() =>
        Assert.That(Merge()["servers"]![0]!["url"]!.GetValue<string>(), Is.EqualTo("/"));

    private static JsonObject Merge(params (string, JsonObject)[] documents) => OpenApiMerger.Merge(
        documents, "v1", (_, path) => !path.StartsWith("/internal", StringComparison.Ordinal), (_, path) => path == "/token");

    private static IEnumerable<string> Paths(JsonObject document) => ((JsonObject)document["paths"]!).Select(path => path.Key);

    private static string ReferenceOf(JsonObject document, string path) =>
        document["paths"]![path]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["$ref"]!.GetValue<string>();

    private static JsonObject Document(string path, string? second = null, string schema = """{"type":"string"}""")
    {
        var operation = """{"get":{"responses":{"200":{"description":"OK","content":{"application/json":{"schema":{"$ref":"#/components/schemas/View"}}}}}}}""";
        var paths = new JsonObject { [path] = JsonNode.Parse(operation) };
        if (second is not null)
            paths[second] = JsonNode.Parse(operation);
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "http://127.0.0.1:1234" }),
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = new JsonObject { ["View"] = JsonNode.Parse(schema) } },
        };
    }
}
