using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Imaging;
using InferenceService.Models;
using InferenceSuite.Contracts;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using ServiceDefaults.Telemetry;

namespace InferenceService.Predictions;

/// <summary>An item ready for the model's queue.</summary>
/// <param name="Tensor">The item's input, rented from the shared pool; whoever takes the item owns it.</param>
public sealed record PreparedItem(byte[] Tensor, PredictionInput Input, double DecodeMs);

/// <summary>From an uploaded file to the input of a model: decode, preprocess, hash. No more at once than the decoder has turns.</summary>
public sealed class ImageIntake(ImageDecoder decoder, IOptions<PredictionOptions> options)
{
    private readonly SemaphoreSlim processors = new(options.Value.Images.MaxConcurrentDecodes ?? Environment.ProcessorCount);
    private readonly SemaphoreSlim background = new(Math.Max(1, (options.Value.Images.MaxConcurrentDecodes ?? Environment.ProcessorCount) - 1));

    /// <summary>For a task: one processor stays free of these.</summary>
    /// <exception cref="ProblemException">As <see cref="PrepareAsync"/>.</exception>
    public async Task<PreparedItem> PrepareInBackgroundAsync(ServedModel model, UploadedImage image, CancellationToken cancellation)
    {
        await background.WaitAsync(cancellation);
        try
        {
            return await PrepareAsync(model, image, cancellation);
        }
        finally
        {
            background.Release();
        }
    }

    /// <exception cref="ProblemException">The file is refused (413, 415, 422, naming it).</exception>
    public async Task<PreparedItem> PrepareAsync(ServedModel model, UploadedImage image, CancellationToken cancellation)
    {
        await processors.WaitAsync(cancellation);
        try
        {
            return Prepare(model, image, cancellation);
        }
        finally
        {
            processors.Release();
        }
    }

    private PreparedItem Prepare(ServedModel model, UploadedImage image, CancellationToken cancellation)
    {
        using var activity = SuiteTelemetry.Source.StartActivity("decode");
        var started = Stopwatch.GetTimestamp();
        var tensor = ArrayPool<byte>.Shared.Rent(model.ItemBytes);
        try
        {
            var picture = decoder.Prepare(image.Bytes, model.Preprocessor!, MemoryMarshal.Cast<byte, float>(tensor.AsSpan(0, model.ItemBytes)), cancellation);
            var input = new PredictionInput(
                "image", Format: NameOf(picture.Format), Width: picture.Width, Height: picture.Height, Sha256: Sha256(image.Bytes.Span),
                Bytes: image.Bytes.Length, Metrics: ToContract(picture.Metrics));
            return new PreparedItem(tensor, input, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (Exception e)
        {
            ArrayPool<byte>.Shared.Return(tensor);
            if (e is ImageRejectedException rejected)
                throw Explain(rejected, image.Field);
            throw;
        }
    }

    /// <summary>As in <c>image/jpeg</c>.</summary>
    internal static string NameOf(ImageFormat format) => format switch
    {
        ImageFormat.Jpeg => "jpeg",
        ImageFormat.Png => "png",
        ImageFormat.WebP => "webp",
        ImageFormat.Gif => "gif",
        ImageFormat.Tiff => "tiff",
        ImageFormat.Bmp => "bmp",
        ImageFormat.Avif => "avif",
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "has no name"),
    };

    private static string Sha256(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash);
    }

    private static InputMetrics ToContract(ImageMetrics metrics) =>
        new(metrics.Brightness, metrics.Contrast, metrics.Sharpness, metrics.Saturation, metrics.Entropy);

    private static ProblemException Explain(ImageRejectedException rejected, string field) => rejected.Reason switch
    {
        ImageRejection.Empty => ProblemException.Invalid(field, rejected.Message),
        ImageRejection.TooManyBytes or ImageRejection.TooLarge => ProblemException.TooLarge(field, rejected.Message),
        ImageRejection.UnsupportedFormat => ProblemException.UnsupportedType(field, rejected.Message),
        _ => ProblemException.Unusable(field, rejected.Message, "undecodable-image"),
    };
}
