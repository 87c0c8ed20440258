using System.Security.Claims;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.Compatibility;

/// <summary><c>POST /upload</c>: what is in the picture, by an ImageNet model.</summary>
public static class ImageUpload
{
    public static void MapImageUpload(this IEndpointRouteBuilder app) =>
        app.MapPost("/upload", UploadAsync).RequireScope(Scopes.Predict).WithTags("Compatibility")
            .WithSummary("Classify one image, sent as 'file'.").TakesImages("file", several: false).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Ok<Uploaded>> UploadAsync(
        HttpRequest request, ClaimsPrincipal user, ModelHost host, Predictor predictor, ImageUploads uploads, IOptions<CompatibilityOptions> options, CancellationToken cancellation)
    {
        var model = options.Value.UploadModel;
        if (host.Find(model) is null)
            throw ProblemException.Unavailable("model-not-installed", $"'{model}' is not installed. `./suite models pull {model}` installs it, or set Compatibility:UploadModel to a model that is.", TimeSpan.FromMinutes(1));

        host.RequireModel(model, user);
        var prediction = new PredictionRequest(model, null, user.CallerId()) { QuotaKey = user.ItemQuotaKey(), ClientAddress = request.ClientAddress() };
        await predictor.AdmitAsync(prediction, images: true, cancellation);
        using var images = await uploads.ReadAsync(request, "file", cancellation);
        if (images.Count > 1)
            throw ProblemException.Invalid("file", "/upload takes one image at a time.");
        var best = (await predictor.PredictImagesAsync(prediction, images, cancellation)).Predictions[0];
        request.HttpContext.Response.CountItems(1);
        return TypedResults.Ok(new Uploaded(images[0].FileName, best.Label, best.Confidence, best.Scores!));
    }

    public sealed record Uploaded(
        [property: System.Text.Json.Serialization.JsonPropertyName("filename")] string? FileName, string? Prediction, double? Confidence, IReadOnlyList<LabelScore> Predictions);
}
