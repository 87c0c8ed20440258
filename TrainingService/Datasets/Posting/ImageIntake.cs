using System.Buffers;
using System.Security.Cryptography;
using Imaging;
using Intake;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Posting;

/// <param name="Label">Null: waits to be labelled.</param>
/// <param name="GivenId">Of the prediction that it comes from.</param>
internal sealed record FoundImage(int Row, byte[] Sha256, string? Label, string? GivenId = null);

/// <summary>The images of a zip: each is looked at, and if all are good, all go to StorageService. One in memory at a time for each upload.</summary>
internal sealed class ImageIntake(ImageStore store, IOptions<DatasetOptions> options)
{
    private const int Uploads = 4;
    private readonly ImageDecoder decoder = new(new ImageLimits { MaxFileBytes = options.Value.MaxImageBytes });

    /// <exception cref="ProblemException">413 or 422 for the zip; 422 with the entries that are wrong; 503 when StorageService does not answer.</exception>
    public async Task<IReadOnlyList<FoundImage>> TakeInAsync(string owner, Stream file, CancellationToken cancellation)
    {
        if (file.Length == 0)
            throw ProblemException.Invalid("body", "The body is empty.");
        using var zip = ZipImages.Open(file, options.Value);
        if (zip.Count == 0)
            throw ProblemException.Invalid("body", "The zip has no files.");
        var (found, bad) = (new List<FoundImage>(), new BadRows());
        for (var i = 0; i < zip.Count; i++)
        {
            if (await InspectAsync(zip, i, bad, cancellation) is { } image)
                found.Add(image);
        }
        if (bad.Any)
            throw bad.ToProblem(zip.Count);
        await StoreAsync(owner, zip, found, cancellation);
        return found;
    }

    /// <summary>What is wrong with the file as an image; null when its header is in order.</summary>
    public string? ProblemOf(ReadOnlySpan<byte> image)
    {
        try
        {
            decoder.ReadHeader(image);
            return null;
        }
        catch (ImageRejectedException e)
        {
            return e.Message;
        }
    }

    /// <summary>The media type of an image that was taken in.</summary>
    public string TypeOf(ReadOnlySpan<byte> image) => $"image/{decoder.ReadHeader(image).Format.ToString().ToLowerInvariant()}";

    private async Task<FoundImage?> InspectAsync(ZipImages zip, int index, BadRows bad, CancellationToken cancellation)
    {
        var label = ImageNames.LabelOf(zip.NameOf(index), out var problem);
        if (problem is null && zip.BytesOf(index) > options.Value.MaxImageBytes)
            problem = $"An image may have at most {options.Value.MaxImageBytes} bytes (Datasets:MaxImageBytes).";
        byte[]? sha256 = null;
        if (problem is null)
        {
            await WithBytesAsync(zip, index, bytes =>
            {
                problem = ProblemOf(bytes.Span);
                sha256 = SHA256.HashData(bytes.Span);
                return Task.CompletedTask;
            }, refused => problem = refused, cancellation);
        }
        if (problem is null)
            return new FoundImage(index + 1, sha256!, label);
        bad.Add(index + 1, null, null, problem, RowEncoder.Shown(zip.NameOf(index)));
        return null;
    }

    private async Task StoreAsync(string owner, ZipImages zip, List<FoundImage> images, CancellationToken cancellation)
    {
        await store.ExpectAsync(owner, [.. images.Select(image => image.Sha256)], cancellation);
        var reading = new SemaphoreSlim(1); // a zip is read by one at a time
        await Parallel.ForEachAsync(images, new ParallelOptions { MaxDegreeOfParallelism = Uploads, CancellationToken = cancellation }, async (image, stop) =>
        {
            var bytes = new byte[zip.BytesOf(image.Row - 1)];
            await reading.WaitAsync(stop);
            try
            {
                await zip.ReadAsync(image.Row - 1, bytes, stop);
            }
            finally
            {
                reading.Release();
            }
            await store.PutAsync(owner, image.Sha256, bytes, stop);
        });
    }

    private static async Task WithBytesAsync(ZipImages zip, int index, Func<ReadOnlyMemory<byte>, Task> use, Action<string> refuse, CancellationToken cancellation)
    {
        var length = (int)zip.BytesOf(index);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await zip.ReadAsync(index, rented.AsMemory(0, length), cancellation);
            await use(rented.AsMemory(0, length));
        }
        catch (ProblemException unreadable) when (unreadable.Status == StatusCodes.Status422UnprocessableEntity)
        {
            refuse(unreadable.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
