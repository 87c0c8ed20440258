using System.Net;
using InferenceService.Predictions;
using Microsoft.Extensions.Options;
using ServiceDefaults.Telemetry;

namespace InferenceService.Images;

/// <summary>
/// Keeps the image of a prediction, while the model runs. An answer waits a moment for StorageService and no longer:
/// an image it does not have by then goes into the same commit as the prediction, so that neither is ever there alone.
/// </summary>
public sealed partial class ImageCapture(ObjectStoreClient objects, IOptions<PredictionOptions> options, TimeProvider time, ILogger<ImageCapture> logger)
{
    public async Task<CapturedImage> CaptureAsync(string owner, string sha256, string contentType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var activity = SuiteTelemetry.Source.StartActivity("capture image");
        using var deadline = new CancellationTokenSource(options.Value.ImageStoreDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await objects.PutImageAsync(owner, sha256, contentType, bytes, either.Token);
            return CapturedImage.Stored;
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.RequestEntityTooLarge)
        {
            // The owner's storage is full. That is no reason not to predict, and none to pile images up here.
            LogNotKept(logger, owner);
            return CapturedImage.NotKept;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            LogLater(logger, e is HttpRequestException ? e.Message : "slower than the deadline");
            activity?.SetTag("suite.image.pending", true);
            return new CapturedImage(IsKept: true, new PendingImage { Owner = owner, Sha256 = sha256, ContentType = contentType, Bytes = bytes.ToArray(), CreatedAt = time.GetUtcNow() });
        }
    }

    [LoggerMessage(LogLevel.Information, "An image of {Owner} is not kept: their storage is full")]
    private static partial void LogNotKept(ILogger logger, string owner);

    [LoggerMessage(LogLevel.Information, "An image will reach StorageService later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}

/// <summary>What became of a prediction's image.</summary>
/// <param name="IsKept">False when nobody keeps images here, or its owner's storage is full.</param>
/// <param name="Pending">The row to commit with the prediction, when StorageService does not have it.</param>
public sealed record CapturedImage(bool IsKept, PendingImage? Pending = null)
{
    public static CapturedImage Stored { get; } = new(IsKept: true);

    public static CapturedImage NotKept { get; } = new(IsKept: false);
}
