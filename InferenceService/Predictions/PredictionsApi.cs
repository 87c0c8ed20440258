using System.Security.Claims;
using InferenceService.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary><c>POST /v1/models/{model}/predict</c> with images or rows.</summary>
public static class PredictionsApi
{
    public static void MapPredictions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/models/{model}/predict", PredictAsync)
            .RequireScope(Scopes.Predict)
            .WithName("Predict")
            .WithSummary("Predict images (multipart/form-data with one or more 'file', or an image/* body) or rows ({\"rows\": [...]}).")
            .TakesImages("file", several: true, rowsToo: true)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .ProducesProblem(StatusCodes.Status504GatewayTimeout)
            .WithTags("Predict");
    }

    private static async Task<Ok<PredictionAnswer>> PredictAsync(
        string model, string? version, int? top, HttpRequest http, ClaimsPrincipal user, ModelHost host, Predictor predictor, ImageUploads uploads, CancellationToken cancellation)
    {
        if (top is < 1)
            throw ProblemException.Invalid("top", "'top' is how many labels to answer, at least 1.");
        host.RequireModel(model, user);
        var request = new PredictionRequest(model, version, user.CallerId(), top ?? PredictionRequest.DefaultTop) { QuotaKey = user.ItemQuotaKey(), ClientAddress = http.ClientAddress() };
        using var inTime = RequestDeadline.Start(http, cancellation);
        try
        {
            var answer = http.HasJsonContentType()
                ? await PredictRowsAsync(predictor, request, http, inTime.Token, cancellation)
                : await uploads.PredictAsync(predictor, request, http, "file", inTime.Token, cancellation);
            http.HttpContext.Response.CountItems(answer.Predictions.Count);
            return TypedResults.Ok(answer);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw RequestDeadline.Exceeded();
        }
    }

    private static async Task<PredictionAnswer> PredictRowsAsync(Predictor predictor, PredictionRequest request, HttpRequest http, CancellationToken inTime, CancellationToken cancellation)
    {
        await predictor.AdmitAsync(request, images: false, inTime);
        using var body = await JsonBodies.ReadAsync(http, cancellation); // not in time: a read that is cancelled breaks the connection
        var rows = body.Property("rows", "The body must be an object with 'rows', an array of rows.");
        return await predictor.PredictRowsAsync(request, rows, inTime);
    }
}
