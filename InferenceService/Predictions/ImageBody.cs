using Imaging;
using Microsoft.OpenApi;

namespace InferenceService.Predictions;

/// <summary>Request bodies that the handlers read themselves, described for the API document and its try-it page.</summary>
internal static class ImageBody
{
    private static readonly OpenApiSchema File = new() { Type = JsonSchemaType.String, Format = "binary" };

    /// <param name="field">The form's file part.</param>
    /// <param name="several">Whether it may be repeated.</param>
    /// <param name="rowsToo">Whether a JSON body with rows is taken as well.</param>
    public static TBuilder TakesImages<TBuilder>(this TBuilder builder, string field, bool several, bool rowsToo = false) where TBuilder : IEndpointConventionBuilder =>
        builder.AddOpenApiOperationTransformer((operation, _, _) =>
        {
            var content = new Dictionary<string, OpenApiMediaType> { ["multipart/form-data"] = new() { Schema = Form(field, several) } };
            if (rowsToo)
                content["application/json"] = new() { Schema = Rows() };
            foreach (var format in !several || rowsToo ? ImageDecoder.AcceptedFormats : [])
                content[$"image/{ImageIntake.NameOf(format)}"] = new() { Schema = File };
            operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
            return Task.CompletedTask;
        });

    private static OpenApiSchema Form(string field, bool several) => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { field },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            [field] = several ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = File } : File,
        },
    };

    private static OpenApiSchema Rows() => new()
    {
        Type = JsonSchemaType.Object,
        Required = new HashSet<string> { "rows" },
        Properties = new Dictionary<string, IOpenApiSchema>
        {
            ["rows"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() } },
        },
    };
}
