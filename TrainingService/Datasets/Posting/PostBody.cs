using Microsoft.OpenApi;

namespace TrainingService.Datasets.Posting;

/// <summary>The bodies of a post for the API document; the intake reads them itself.</summary>
internal static class PostBody
{
    public static TBuilder TakesLabels<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            var text = new OpenApiSchema { Type = JsonSchemaType.String };
            var row = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() };
            var form = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string> { "label", "file" },
                Properties = new Dictionary<string, IOpenApiSchema> { ["label"] = text, ["file"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file } },
            };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/json"] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.Array, Items = row } },
                    ["application/x-ndjson"] = new() { Schema = text },
                    ["text/csv"] = new() { Schema = text },
                    ["multipart/form-data"] = new() { Schema = form },
                    ["application/zip"] = new() { Schema = file },
                },
            };
            return Task.CompletedTask;
        });
}
