using System.Security.Claims;
using InferenceService.Models;
using InferenceService.Predictions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Compatibility;

/// <summary><c>POST /detect</c> and <c>POST /detect-batch</c>: is there a mask on the face?</summary>
public static class MaskDetection
{
    public static void MapMaskDetection(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("").RequireScope(Scopes.Predict).WithTags("Compatibility").ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        group.MapPost("/detect", DetectAsync).WithSummary("Is there a mask? One image as 'file'.").TakesImages("file", several: false);
        group.MapPost("/detect-batch", DetectBatchAsync).WithSummary("Is there a mask? Several images as 'files'.").TakesImages("files", several: true);
    }

    private static async Task<Ok<Detection>> DetectAsync(
        HttpRequest request, ClaimsPrincipal user, ModelHost host, Predictor predictor, ImageUploads uploads, IOptions<CompatibilityOptions> options, CancellationToken cancellation)
    {
        var answer = await uploads.PredictAsync(predictor, Request(options, user, host, request), request, "file", cancellation, cancellation);
        request.HttpContext.Response.CountItems(answer.Predictions.Count);
        return answer.Predictions.Count == 1
            ? TypedResults.Ok(Detection.From(answer.Predictions[0], fileName: null))
            : throw ProblemException.Invalid("file", "/detect takes one image at a time; /detect-batch takes several.");
    }

    private static async Task<Ok<Detections>> DetectBatchAsync(
        HttpRequest request, ClaimsPrincipal user, ModelHost host, Predictor predictor, ImageUploads uploads, IOptions<CompatibilityOptions> options, CancellationToken cancellation)
    {
        var prediction = Request(options, user, host, request);
        await predictor.AdmitAsync(prediction, images: true, cancellation);
        using var images = await uploads.ReadAsync(request, "files", cancellation);
        var answer = await predictor.PredictImagesAsync(prediction, images, cancellation);
        request.HttpContext.Response.CountItems(answer.Predictions.Count);
        var results = answer.Predictions.Zip(images, (item, image) => Detection.From(item, image.FileName)).ToArray();
        return TypedResults.Ok(new Detections(results.All(result => result.Success), results.Length, results));
    }

    private static PredictionRequest Request(IOptions<CompatibilityOptions> options, ClaimsPrincipal user, ModelHost host, HttpRequest http)
    {
        host.RequireModel(options.Value.DetectModel, user);
        return new PredictionRequest(options.Value.DetectModel, null, user.CallerId()) { QuotaKey = user.ItemQuotaKey(), ClientAddress = http.ClientAddress() };
    }

    /// <param name="FileName">Only in a batch.</param>
    /// <param name="Error">Only for an image of a batch that could not be predicted.</param>
    public sealed record Detection(
        [property: System.Text.Json.Serialization.JsonPropertyName("filename")] string? FileName,
        bool Success,
        string? Prediction,
        double? Confidence,
        [property: System.Text.Json.Serialization.JsonPropertyName("has_mask")] bool? HasMask,
        string? Message,
        string? Error)
    {
        public static Detection From(ItemAnswer item, string? fileName)
        {
            if (item.Error is { } error)
                return new Detection(fileName, false, null, null, null, null, error.Detail);
            var hasMask = item.Label == "with_mask";
            return new Detection(fileName, true, item.Label, item.Confidence, hasMask, $"Mask detected: {(hasMask ? "true" : "false")}", null);
        }
    }

    public sealed record Detections(bool Success, int Total, IReadOnlyList<Detection> Results);
}
