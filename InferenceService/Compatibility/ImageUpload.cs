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
            .WithSummary("Classify one image, sent as 'file'.").ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Ok<Uploaded>> UploadAsync(
        HttpRequest request, ClaimsPrincipal user, ModelHost host, Predictor predictor, ImageUploads uploads, IOptions<CompatibilityOptions> options, CancellationToken cancellation)
    {
        var model = options.Value.UploadModel;
        if (host.Find(model) is null)
            throw ProblemException.Unavailable("model-not-installed", $"'{model}' is not installed. `./suite models pull {model}` installs it, or set Compatibility:UploadModel to a model that is.", TimeSpan.FromMinutes(1));

        using var lease = await predictor.AdmitAsync(model, version: null, images: true, cancellation);
        var images = await uploads.ReadAsync(request, "file", cancellation);
        try
        {
            var answer = await predictor.PredictImagesAsync(lease.Model, user.CallerId(), [images[0]], cancellation);
            var best = answer.Predictions[0];
            return TypedResults.Ok(new Uploaded(images[0].FileName, best.Label, best.Confidence, [.. best.Scores!.Take(5)]));
        }
        finally
        {
            foreach (var image in images)
                image.Dispose();
        }
    }

    public sealed record Uploaded(
        [property: System.Text.Json.Serialization.JsonPropertyName("filename")] string? FileName, string? Prediction, double? Confidence, IReadOnlyList<LabelScore> Predictions);
}
