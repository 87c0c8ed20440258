using System.Text.Json.Nodes;

namespace Gateway.ApiDocs;

/// <summary>Several services' OpenAPI documents as one, of which a caller can't tell where one service ends.</summary>
public static class OpenApiMerger
{
    private const string ReferenceStart = "#/components/";

    /// <param name="documents">By service, in the order they should be read.</param>
    /// <param name="isRouted">Whether a path of a service is reachable from outside; others are left out.</param>
    /// <param name="isAnonymous">Whether a path needs no credentials.</param>
    public static JsonObject Merge(
        IEnumerable<(string Service, JsonObject Document)> documents, string version, Func<string, string, bool> isRouted, Func<string, string, bool> isAnonymous)
    {
        var paths = new JsonObject();
        var components = new JsonObject { ["securitySchemes"] = SecuritySchemes() };
        foreach (var (service, document) in documents)
        {
            var renamed = AddComponents(components, service, document);
            foreach (var (path, item) in document["paths"] as JsonObject ?? [])
            {
                if (item is not JsonObject || !isRouted(service, path) || paths.ContainsKey(path))
                    continue;
                var copy = (JsonObject)item.DeepClone();
                RenameReferences(copy, renamed);
                if (isAnonymous(service, path))
                    AdmitAnyone(copy);
                paths[path] = copy;
            }
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject { ["title"] = "InferenceSuite", ["version"] = version },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["security"] = new JsonArray(new JsonObject { ["bearer"] = new JsonArray() }, new JsonObject { ["apiKey"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = components,
        };
    }

    /// <summary>Adds a document's components. One whose name is taken by something different gets its service's name in front.</summary>
    /// <returns>New references by old.</returns>
    private static Dictionary<string, string> AddComponents(JsonObject merged, string service, JsonObject document)
    {
        var renamed = new Dictionary<string, string>();
        var added = new List<JsonNode>();
        foreach (var (kind, entries) in document["components"] as JsonObject ?? [])
        {
            if (kind == "securitySchemes" || entries is not JsonObject named)
                continue;
            var target = merged[kind] as JsonObject;
            if (target is null)
                merged[kind] = target = [];
            foreach (var (name, component) in named)
            {
                if (target[name] is { } taken && JsonNode.DeepEquals(taken, component))
                    continue;
                var free = target.ContainsKey(name) ? $"{char.ToUpperInvariant(service[0])}{service[1..]}{name}" : name;
                if (free != name)
                    renamed[$"{ReferenceStart}{kind}/{name}"] = $"{ReferenceStart}{kind}/{free}";
                added.Add((target[free] = component?.DeepClone())!);
            }
        }
        foreach (var component in added)
            RenameReferences(component, renamed);
        return renamed;
    }

    private static void RenameReferences(JsonNode? node, Dictionary<string, string> renamed)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array)
                RenameReferences(item, renamed);
        }
        else if (node is JsonObject map)
        {
            if (map["$ref"] is JsonValue reference && renamed.TryGetValue(reference.ToString(), out var target))
                map["$ref"] = target;
            foreach (var (_, value) in map)
                RenameReferences(value, renamed);
        }
    }

    private static void AdmitAnyone(JsonObject pathItem)
    {
        foreach (var (_, operation) in pathItem)
        {
            if (operation is JsonObject described && described.ContainsKey("responses"))
                described["security"] = new JsonArray();
        }
    }

    private static JsonObject SecuritySchemes() => new()
    {
        ["bearer"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["bearerFormat"] = "JWT", ["description"] = "The access_token of POST /token." },
        ["apiKey"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "X-API-Key", ["description"] = "A key of POST /v1/auth/keys." },
    };
}
