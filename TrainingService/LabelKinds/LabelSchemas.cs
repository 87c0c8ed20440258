using Learning.Evaluation;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace TrainingService.LabelKinds;

/// <summary>Says in the OpenAPI document what reports and comparisons are: of classes or of numbers. By itself it sees no further than their converters.</summary>
internal sealed class LabelSchemas : IOpenApiSchemaTransformer
{
    public async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        Type[] either = context.JsonTypeInfo.Type == typeof(IEvaluationReport) ? [typeof(EvaluationReport), typeof(RegressionReport)]
            : context.JsonTypeInfo.Type == typeof(Contest) ? [typeof(Challenge), typeof(NumberChallenge)]
            : [];
        if (either.Length == 0 || context.Document is not { } document)
            return;
        schema.AnyOf = [];
        foreach (var type in either)
        {
            document.AddComponent(type.Name, await context.GetOrCreateSchemaAsync(type, null, cancellationToken));
            schema.AnyOf.Add(new OpenApiSchemaReference(type.Name, document));
        }
    }
}
