using System.Threading.Channels;
using Imaging;
using Microsoft.Extensions.Options;
using TrainingService.Serving;

namespace TrainingService.Embeddings;

/// <summary>An image of which embeddings are wanted.</summary>
/// <param name="Variants">With the change that makes each; null: the image as it is.</param>
internal sealed record WantedImage(byte[] Sha256, IReadOnlyList<(long Variant, PictureChange? Change)> Variants);

/// <summary>What came of them.</summary>
/// <param name="Gone">Images that are not in StorageService, lower-case hex.</param>
internal sealed record EmbeddedImages(IReadOnlyDictionary<EmbeddingKey, float[]> Embeddings, IReadOnlySet<string> Gone);

/// <summary>Images to embeddings: some are fetched and decoded while the model runs on others. No more than two batches of tensors are in memory.</summary>
internal sealed class Embedder(ImageTensors images, InferenceClient inference, IOptions<EmbeddingOptions> options)
{
    private const int BatchItems = 32;

    /// <param name="owner">Of the data set.</param>
    /// <param name="made">Called with every batch: how many it had.</param>
    /// <exception cref="Runs.RunFailedException">An image can't be decoded.</exception>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">A service refuses, or does not answer.</exception>
    /// <exception cref="HttpRequestException">InferenceService does not answer.</exception>
    public async Task<EmbeddedImages> EmbedAsync(string owner, Backbone backbone, IReadOnlyCollection<WantedImage> wanted, Action<int> made, CancellationToken cancellation)
    {
        var tensors = Channel.CreateBounded<(EmbeddingKey Key, float[] Tensor)>(BatchItems);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var preparing = PrepareAsync(owner, backbone, wanted, tensors.Writer, enough.Token);
        try
        {
            var embeddings = await InferAsync(backbone, tensors.Reader, made, cancellation);
            return new EmbeddedImages(embeddings, await preparing);
        }
        finally
        {
            await enough.CancelAsync();
            await preparing;
        }
    }

    /// <summary>Never throws: its failure is the end of the tensors, and so whoever reads them has it.</summary>
    private async Task<IReadOnlySet<string>> PrepareAsync(
        string owner, Backbone backbone, IReadOnlyCollection<WantedImage> wanted, ChannelWriter<(EmbeddingKey, float[])> tensors, CancellationToken cancellation)
    {
        var gone = new HashSet<string>();
        // One more than decode is on its way from StorageService.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Value.ConcurrentImages + 1, CancellationToken = cancellation };
        try
        {
            await Parallel.ForEachAsync(wanted, parallel, async (image, stop) =>
            {
                if (await PrepareAsync(owner, backbone, image, tensors, stop))
                    return;
                lock (gone)
                    gone.Add(Convert.ToHexStringLower(image.Sha256));
            });
            tensors.Complete();
        }
        catch (Exception e)
        {
            tensors.Complete(e);
        }
        return gone;
    }

    /// <summary>False when the image is gone.</summary>
    private Task<bool> PrepareAsync(string owner, Backbone backbone, WantedImage image, ChannelWriter<(EmbeddingKey, float[])> tensors, CancellationToken cancellation)
    {
        var (hex, next) = (Convert.ToHexStringLower(image.Sha256), 0);
        return images.TryReadAsync(
            owner, image.Sha256, backbone.Manifest, [.. image.Variants.Select(variant => variant.Change)],
            tensor => tensors.WriteAsync((new EmbeddingKey(hex, image.Variants[next++].Variant), tensor), cancellation).AsTask(), cancellation);
    }

    private async Task<IReadOnlyDictionary<EmbeddingKey, float[]>> InferAsync(
        Backbone backbone, ChannelReader<(EmbeddingKey Key, float[] Tensor)> tensors, Action<int> made, CancellationToken cancellation)
    {
        var embeddings = new Dictionary<EmbeddingKey, float[]>();
        var (keys, batch) = (new List<EmbeddingKey>(BatchItems), Array.Empty<float>());
        var shape = images.ShapeOf(backbone.Manifest);
        await foreach (var (key, tensor) in tensors.ReadAllAsync(cancellation))
        {
            if (batch.Length == 0)
                batch = new float[BatchItems * tensor.Length];
            tensor.CopyTo(batch, keys.Count * tensor.Length);
            keys.Add(key);
            if (keys.Count == BatchItems)
                await RunAsync();
        }
        if (keys.Count > 0)
            await RunAsync();
        return embeddings;

        async Task RunAsync()
        {
            var cells = batch.AsMemory(0, keys.Count * (batch.Length / BatchItems));
            var rows = await inference.InferAsync(EmbeddingModel.NameFor(backbone.Model), backbone.Version, output: null, cells, keys.Count, shape, cancellation);
            for (var i = 0; i < keys.Count; i++)
                embeddings[keys[i]] = rows[(i * backbone.Width)..((i + 1) * backbone.Width)];
            made(keys.Count);
            keys.Clear();
        }
    }
}
