using System.Buffers;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>Reads the images of a request: a multipart form with file parts, or the image itself as the body.</summary>
public sealed class ImageUploads(IOptions<PredictionOptions> options, UploadBudget budget)
{
    private const int FirstBuffer = 128 * 1024;

    /// <summary>The usual course: admit, read, predict.</summary>
    /// <param name="inTime">Cancelled when the caller leaves or the deadline passes.</param>
    /// <param name="cancellation">Cancelled when the caller leaves. The body is read to its end: a read that is cancelled breaks the connection for whoever comes next on it.</param>
    public async Task<PredictionAnswer> PredictAsync(
        Predictor predictor, PredictionRequest request, HttpRequest http, string field, CancellationToken inTime, CancellationToken cancellation)
    {
        await predictor.AdmitAsync(request, images: true, inTime);
        using var images = await ReadAsync(http, field, cancellation);
        inTime.ThrowIfCancellationRequested();
        return await predictor.PredictImagesAsync(request, images, inTime);
    }

    /// <param name="field">The name of the form's file parts.</param>
    /// <returns>At least one image, each with at least one byte. The caller disposes them.</returns>
    /// <exception cref="ProblemException">400, 413, 415 or 503 that names the field.</exception>
    public async Task<UploadedImages> ReadAsync(HttpRequest request, string field, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw ProblemException.UnsupportedType("Content-Type", $"Send multipart/form-data with the image in '{field}', or the image as the body with its own type.");
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return await ReadFormAsync(request, type, field, cancellation);
        if (!IsImage(type))
            throw ProblemException.UnsupportedType("Content-Type", $"'{type.MediaType}' is not accepted here: send multipart/form-data with the image in '{field}', or an image/* body.");
        return [await ReadFileAsync("body", null, request.Body, request.ContentLength, cancellation)];
    }

    private async Task<UploadedImages> ReadFormAsync(HttpRequest request, MediaTypeHeaderValue type, string field, CancellationToken cancellation)
    {
        var boundary = HeaderUtilities.RemoveQuotes(type.Boundary).Value;
        if (string.IsNullOrEmpty(boundary) || boundary.Length > 200)
            throw ProblemException.Invalid("Content-Type", "The multipart boundary is missing or too long.");

        var images = new UploadedImages();
        try
        {
            var reader = new MultipartReader(boundary, request.Body);
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part) || !part.IsFileDisposition())
                    continue; // a text field says nothing to us
                images.Add(await ReadPartAsync(section, part, field, cancellation));
                if (images.Count > options.Value.MaxImagesPerRequest)
                    throw ProblemException.TooLarge(field, $"At most {options.Value.MaxImagesPerRequest} images fit in one request.");
            }
        }
        catch (Exception e)
        {
            images.Dispose();
            if (e is IOException and not BadHttpRequestException or InvalidDataException)
                throw ProblemException.Invalid("body", "The multipart form is cut off or malformed.");
            throw;
        }
        if (images.Count == 0)
            throw ProblemException.Invalid(field, $"The form has no file part '{field}'.");
        for (var i = 0; images.Count > 1 && i < images.Count; i++)
            images[i].Field = $"{field}[{i}]";
        return images;
    }

    private async Task<UploadedImage> ReadPartAsync(MultipartSection section, ContentDispositionHeaderValue part, string field, CancellationToken cancellation)
    {
        var name = HeaderUtilities.RemoveQuotes(part.Name).Value ?? "";
        if (name != field)
            throw ProblemException.Invalid(Printable(name), $"Files are read from '{field}', not from '{Printable(name)}'.");
        var fileName = HeaderUtilities.RemoveQuotes(part.FileName).Value is { } given ? Printable(Path.GetFileName(given)) : null;
        try
        {
            if (section.ContentType is not null && (!MediaTypeHeaderValue.TryParse(section.ContentType, out var type) || !IsImage(type)))
                throw ProblemException.UnsupportedType(field, $"'{Printable(section.ContentType)}' is not an image type.");
            return await ReadFileAsync(field, fileName, section.Body, null, cancellation);
        }
        catch (ProblemException problem) when (problem.Status < StatusCodes.Status500InternalServerError)
        {
            return UploadedImage.Refused(field, fileName, problem, budget); // this file's own error; the others are served
        }
    }

    private async Task<UploadedImage> ReadFileAsync(string field, string? fileName, Stream body, long? expected, CancellationToken cancellation)
    {
        var limit = options.Value.MaxImageBytes;
        if (expected > limit)
            throw TooLarge(field, limit);
        // What a caller promises is worth no memory before it comes, but for a small start.
        var buffer = Rent((int)Math.Min(expected + 1 ?? FirstBuffer, FirstBuffer));
        var length = 0;
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer.AsMemory(length), cancellation)) > 0)
            {
                length += read;
                if (length > limit)
                    throw TooLarge(field, limit);
                if (length == buffer.Length)
                {
                    var larger = Rent(buffer.Length * 2);
                    buffer.CopyTo(larger, 0);
                    Return(buffer);
                    buffer = larger;
                }
            }
            if (length == 0)
                throw ProblemException.Invalid(field, "The file is empty.");
            return new UploadedImage(field, fileName, buffer, length, budget);
        }
        catch
        {
            Return(buffer);
            throw;
        }
    }

    private byte[] Rent(int bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            budget.Take(buffer.Length);
            return buffer;
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    private void Return(byte[] buffer)
    {
        ArrayPool<byte>.Shared.Return(buffer);
        budget.Return(buffer.Length);
    }

    private static bool IsImage(MediaTypeHeaderValue type) =>
        type.Type.Equals("image", StringComparison.OrdinalIgnoreCase) || type.MediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase);

    // What a caller wrote comes back to them in messages and answers, without what could hurt a terminal or a log.
    private static string Printable(string text) =>
        new([.. text.Where(c => !char.IsControl(c)).Take(128)]);

    private static ProblemException TooLarge(string field, long limit) => ProblemException.TooLarge(field, $"An image may have at most {limit >> 20} MB.");
}
