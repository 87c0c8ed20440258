using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary><c>POST /v1/models/{model}/predict</c> with images or rows.</summary>
public static class PredictionsApi
{
    private const int DefaultTop = 5;

    public static void MapPredictions(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/models/{model}/predict", PredictAsync)
            .RequireScope(Scopes.Predict)
            .WithName("Predict")
            .WithSummary("Predict images (multipart/form-data with one or more 'file', or an image/* body) or rows ({\"rows\": [...]}).")
            .Accepts<RowsRequest>("application/json", "multipart/form-data", "image/jpeg", "image/png")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
            .WithTags("Predict");
    }

    private static async Task<Ok<PredictionAnswer>> PredictAsync(
        string model, string? version, int? top, HttpRequest request, ClaimsPrincipal user, Predictor predictor, ImageUploads uploads, CancellationToken cancellation)
    {
        if (top is < 1)
            throw ProblemException.Invalid("top", "'top' is how many labels to answer, at least 1.");
        var answer = request.HasJsonContentType()
            ? await PredictRowsAsync(predictor, model, version, user.CallerId(), request, cancellation)
            : await PredictImagesAsync(predictor, uploads, model, version, "file", user.CallerId(), request, cancellation);
        return TypedResults.Ok(answer.Top(top ?? DefaultTop));
    }

    internal static async Task<PredictionAnswer> PredictImagesAsync(
        Predictor predictor, ImageUploads uploads, string model, string? version, string field, string caller, HttpRequest request, CancellationToken cancellation)
    {
        using var lease = await predictor.AdmitAsync(model, version, images: true, cancellation);
        var images = await uploads.ReadAsync(request, field, cancellation);
        try
        {
            return await predictor.PredictImagesAsync(lease.Model, caller, images, cancellation);
        }
        finally
        {
            foreach (var image in images)
                image.Dispose();
        }
    }

    private static async Task<PredictionAnswer> PredictRowsAsync(
        Predictor predictor, string model, string? version, string caller, HttpRequest request, CancellationToken cancellation)
    {
        using var lease = await predictor.AdmitAsync(model, version, images: false, cancellation);
        using var body = await JsonBodies.ReadAsync(request, cancellation);
        if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty("rows", out var rows))
            throw ProblemException.Invalid("rows", "The body must be an object with 'rows', an array of rows.");
        return await predictor.PredictRowsAsync(lease.Model, caller, rows, cancellation);
    }

    private static PredictionAnswer Top(this PredictionAnswer answer, int top) => answer with
    {
        Predictions = [.. answer.Predictions.Select(item => item with { Scores = item.Scores?.Take(top).ToArray() })],
    };

    /// <param name="Rows">Objects with the model's columns.</param>
    private sealed record RowsRequest(IReadOnlyList<Dictionary<string, JsonElement>> Rows);
}
