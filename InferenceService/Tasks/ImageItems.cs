using System.Buffers;
using InferenceService.Models;
using InferenceService.Predictions;
using Intake;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>The images of an open zip. Read one after the other, and in memory only until the model has had them.</summary>
/// <param name="next">Index of the next image.</param>
internal sealed class ImageItems(
    FileStream file, ZipImages zip, int next, Predictor predictor, UploadBudget budget, Patience patience, long maxImageBytes, long maxChunkBytes) : ITaskItems
{
    public async Task<IReadOnlyList<string?>> RunNextAsync(ServedModel model, PredictionRun run, int limit, CancellationToken cancellation)
    {
        var names = new List<string?>();
        var running = new List<Task>();
        try
        {
            for (var bytes = 0L; names.Count < limit && next < zip.Count && bytes < maxChunkBytes; next++)
            {
                names.Add(zip.NameOf(next));
                var item = run.Begin("file");
                if (await ReadAsync(item, cancellation) is not { } image)
                    continue;
                bytes += image.Bytes.Length;
                running.Add(Task.Run(() => RunAsync(model, run, image, item, cancellation), CancellationToken.None));
            }
        }
        finally
        {
            await Task.WhenAll(running); // they hold buffers and the model
        }
        return names;
    }

    public async ValueTask DisposeAsync()
    {
        zip.Dispose();
        await file.DisposeAsync();
    }

    private async Task RunAsync(ServedModel model, PredictionRun run, UploadedImage image, RunItem item, CancellationToken cancellation)
    {
        using (image)
        {
            await patience.InsistAsync(async () =>
            {
                item.TryAgain();
                await predictor.RunImageAsync(model, run, image, item, cancellation);
                if (item.Problem is { Status: StatusCodes.Status503ServiceUnavailable } full)
                    throw full;
            }, cancellation);
        }
    }

    /// <summary>Null: it can't be read, which is the item's problem.</summary>
    private async Task<UploadedImage?> ReadAsync(RunItem item, CancellationToken cancellation)
    {
        try
        {
            UploadedImage? image = null;
            await patience.InsistAsync(async () => image = await ReadAsync(cancellation), cancellation);
            return image;
        }
        catch (ProblemException problem)
        {
            item.Fail(problem);
            return null;
        }
    }

    private async Task<UploadedImage> ReadAsync(CancellationToken cancellation)
    {
        var bytes = zip.BytesOf(next);
        if (bytes == 0)
            throw ProblemException.Invalid("file", "The file is empty.");
        if (bytes > maxImageBytes)
            throw ProblemException.TooLarge("file", $"An image may have at most {maxImageBytes >> 20} MB.");
        var image = Reserve((int)bytes, out var buffer);
        try
        {
            await zip.ReadAsync(next, buffer, cancellation);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <exception cref="ProblemException">503: uploads and tasks hold as much memory as they may.</exception>
    private UploadedImage Reserve(int bytes, out Memory<byte> buffer)
    {
        var rented = ArrayPool<byte>.Shared.Rent(bytes);
        try
        {
            budget.Take(rented.Length);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(rented);
            throw;
        }
        buffer = rented.AsMemory(0, bytes);
        return new UploadedImage("file", null, rented, bytes, budget);
    }
}
