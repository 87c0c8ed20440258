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
    /// <returns>Null when StorageService has the image; else the row to commit with the prediction.</returns>
    public async Task<PendingImage?> CaptureAsync(string owner, string sha256, string contentType, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var activity = SuiteTelemetry.Source.StartActivity("capture image");
        using var deadline = new CancellationTokenSource(options.Value.ImageStoreDeadline, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            await objects.PutImageAsync(owner, sha256, contentType, bytes, either.Token);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            LogLater(logger, e is HttpRequestException ? e.Message : "slower than the deadline");
            activity?.SetTag("suite.image.pending", true);
            return new PendingImage { Owner = owner, Sha256 = sha256, ContentType = contentType, Bytes = bytes.ToArray(), CreatedAt = time.GetUtcNow() };
        }
    }

    [LoggerMessage(LogLevel.Information, "An image will reach StorageService later: {Reason}")]
    private static partial void LogLater(ILogger logger, string reason);
}
