using Microsoft.OpenApi;

namespace InferenceService.Tasks;

/// <summary>The body of a new task for the API document; the intake reads it itself.</summary>
internal static class TaskBody
{
    public static TBuilder TakesInputs<TBuilder>(this TBuilder builder) where TBuilder : IEndpointConventionBuilder =>
        builder.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
            var form = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string> { "file" },
                Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file } },
            };
            var rows = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Required = new HashSet<string> { "rows" },
                Properties = new Dictionary<string, IOpenApiSchema> { ["rows"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() } } },
            };
            var text = new OpenApiSchema { Type = JsonSchemaType.String };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["application/zip"] = new() { Schema = file },
                    ["multipart/form-data"] = new() { Schema = form },
                    ["image/jpeg"] = new() { Schema = file },
                    ["image/png"] = new() { Schema = file },
                    ["application/x-ndjson"] = new() { Schema = text },
                    ["text/csv"] = new() { Schema = text },
                    ["application/json"] = new() { Schema = rows },
                },
            };
            return Task.CompletedTask;
        });
}
