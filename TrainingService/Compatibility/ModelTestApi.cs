using System.Globalization;
using System.Security.Claims;
using Learning.Evaluation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.OpenApi;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Registry;

namespace TrainingService.Compatibility;

/// <summary><c>/model/test</c>: one row, predicted by the caller's own model if that is good enough for them.</summary>
internal static class ModelTestApi
{
    public static void MapModelTest(this RouteGroupBuilder app)
    {
        foreach (var test in (RouteHandlerBuilder[])[app.MapGet("/model/test", TestAsync).WithName("TestModelByGet"), app.MapPost("/model/test", TestAsync).WithName("TestModel").TakesRow()])
        {
            test.WithSummary("Predict one row: an object with the features, without label; on GET also as query parameters.")
                .WithDescription("Answers 0 or 1, the probability of that, and an id: PUT /v1/predictions/{id}/feedback with what is right makes it a label to train on. With ?minPrecision=0.9 a model whose precision on its reference rows is lower is refused with 409.")
                .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
                .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity)
                .ProducesProblem(StatusCodes.Status429TooManyRequests).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static async Task<Ok<TestedAnswer>> TestAsync(
        double? minPrecision, HttpContext http, ClaimsPrincipal user, TrainingDb db, DefaultDataset defaults, OwnPredictions predictions, CancellationToken cancellation)
    {
        if (minPrecision is not (null or (>= 0 and <= 1)))
            throw ProblemException.Invalid("minPrecision", "'minPrecision' is a share, 0 to 1.");
        var dataset = await defaults.FindAsync(user.CallerId(), cancellation) ?? throw NoModel();
        var model = await defaults.ModelAsync(dataset, cancellation);
        var version = await db.Versions.Where(v => v.Model == model && v.State == VersionState.Live && db.Models.Any(m => m.Name == model && m.Dataset == dataset.Number))
            .Select(v => v.Version).SingleOrDefaultAsync(cancellation) ?? throw NoModel();
        if (minPrecision is { } least)
            await RequirePrecisionAsync(db, dataset, model, version, least, cancellation);

        var row = await TestedRow.ReadAsync(http.Request, dataset.Schema!, cancellation);
        var predicted = await predictions.PredictAsync(model, version, row, http.Request.Headers.Authorization.ToString(), cancellation);
        return TypedResults.Ok(new TestedAnswer(predicted.Id, predicted.Label == DefaultDataset.Yes ? 1 : 0, predicted.Confidence, model, version));
    }

    private static async Task RequirePrecisionAsync(TrainingDb db, Dataset dataset, string model, string version, double least, CancellationToken cancellation)
    {
        var report = await db.Evaluations.AsNoTracking().Where(e => e.Model == model && e.Version == version && e.Dataset == dataset.Number)
            .OrderByDescending(e => e.CreatedAt).Select(e => e.Reference).FirstOrDefaultAsync(cancellation);
        var one = (report as EvaluationReport)?.Classes.FirstOrDefault(each => each.Class == DefaultDataset.Yes);
        if (one is null)
            throw ProblemException.Conflict("not-evaluated", $"{model} {version} has not been evaluated; its precision is not known.");
        if (one.Precision < least)
        {
            throw ProblemException.Conflict("model-below-threshold", string.Create(CultureInfo.InvariantCulture,
                $"The model's precision on {report!.Rows} reference rows is {one.Precision:0.000}, less than {least}. Post more labels and train again, or ask for less."));
        }
    }

    // The handler reads the body itself: it may have none.
    private static RouteHandlerBuilder TakesRow(this RouteHandlerBuilder builder) => builder.AddOpenApiOperationTransformer((operation, _, _) =>
    {
        var row = new OpenApiSchema { Type = JsonSchemaType.Object, AdditionalProperties = new OpenApiSchema() };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = row } } };
        return Task.CompletedTask;
    });

    private static ProblemException NoModel() => ProblemException.Conflict("no-model", "There is no model yet: post rows to /data/train and call /model/train.");
}

/// <param name="Id">Of the prediction, for feedback.</param>
/// <param name="Prediction">0 or 1.</param>
/// <param name="Probability">Of the prediction, 0.5..1.</param>
internal sealed record TestedAnswer(Guid Id, int Prediction, double Probability, string Model, string Version);
