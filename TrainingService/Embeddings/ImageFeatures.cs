using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TrainingService.Datasets;
using TrainingService.Datasets.Labels;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Runs;

namespace TrainingService.Embeddings;

/// <summary>Images to rows: what a backbone, served by the suite itself, makes of each image of a snapshot.</summary>
internal sealed class ImageFeatures(
    TrainingDb db, LabelReader reader, Backbones backbones, EmbeddingCache cache, Embedder embedder, IOptions<DatasetOptions> datasets, TimeProvider time)
{
    private const int PageRows = 256, Sampled = 32, TrimEvery = 8192;

    /// <summary>The backbone that a run is to use, with what its head needs for the export.</summary>
    /// <exception cref="RunFailedException">There is no such model, it takes no images, or nothing to cut off.</exception>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">503: a service that it takes does not answer.</exception>
    public Task<Backbone> FindAsync(string? name, CancellationToken cancellation) => backbones.FindAsync(name, cancellation);

    /// <summary>Writes a row of the embedding for each image, and copies of training images behind it; from the cache where it has them.</summary>
    /// <param name="classIndex">Of a label.</param>
    /// <returns>Some of the reference images, evenly chosen, with their rows: what the finished model is tried on.</returns>
    /// <exception cref="RunFailedException">An image can't be decoded, or is gone although its row is not.</exception>
    public async Task<IReadOnlyList<SampledImage>> WriteAsync(
        RowsFileWriter rows, Backbone backbone, Dataset dataset, Snapshot snapshot, ReferenceSet reference, Func<string, int> classIndex, int copies, ulong seed,
        Action<RunProgress> progress, CancellationToken cancellation)
    {
        var key = EmbeddingCache.KeyOf(backbone);
        var changed = Enumerable.Range(1, copies).ToDictionary(copy => Augmentation.Variant(copy, seed));
        var (done, total) = (0L, snapshot.Rows + ((snapshot.Rows - reference.Labels.Count) * copies));
        var (judged, stored, sampled) = (0, 0, new List<SampledImage>());
        await foreach (var page in PagesAsync(snapshot, cancellation))
        {
            var wanted = page.SelectMany(row => VariantsOf(row).Select(variant => new EmbeddingKey(HexOf(row), variant))).ToHashSet();
            var known = await cache.FindAsync(dataset.Owner, key, wanted, cancellation);
            Say(known.Count);

            var missing = wanted.Where(each => !known.ContainsKey(each)).GroupBy(each => each.Image)
                .Select(image => new WantedImage(Convert.FromHexString(image.Key), [.. image.Select(each => (each.Variant, ChangeOf(each)))])).ToList();
            var made = await embedder.EmbedAsync(dataset.Owner, backbone, missing, Say, cancellation);
            await cache.StoreAsync(dataset.Owner, key, made.Embeddings, cancellation);
            if ((stored += made.Embeddings.Count) >= TrimEvery)
            {
                stored = 0;
                await cache.TrimAsync(cancellation);
            }

            var here = await WithImageAsync(page, made.Gone, cancellation);
            foreach (var row in here)
            {
                if (reference.Labels.Contains(row.Id) && judged++ % Math.Max(1, reference.Labels.Count / Sampled) == 0 && sampled.Count < Sampled)
                    sampled.Add(new SampledImage(checked((int)rows.Rows), row.Image!));
                foreach (var variant in VariantsOf(row))
                {
                    var each = new EmbeddingKey(HexOf(row), variant);
                    rows.Add(row.Content, classIndex(row.Label!), MarksOf(row, variant), known.TryGetValue(each, out var kept) ? kept : made.Embeddings[each]);
                }
            }
        }
        Say((int)(total - done)); // an image that is there twice was counted once
        await cache.TrimAsync(cancellation);
        return sampled;

        void Say(int more) => progress(new RunProgress("embedding", done = Math.Min(total, done + more), total, null, null, time.GetUtcNow()));

        // What is judged by is never trained on, and copies of it neither.
        IEnumerable<long> VariantsOf(StoredLabel row) => reference.Labels.Contains(row.Id) || reference.Contents.Contains(row.Content) ? [0] : changed.Keys.Prepend(0);

        RowMarks MarksOf(StoredLabel row, long variant) => variant != 0 ? RowMarks.Copy : reference.Labels.Contains(row.Id) ? RowMarks.Reference : RowMarks.None;

        Imaging.PictureChange? ChangeOf(EmbeddingKey each) => each.Variant == 0 ? null : Augmentation.Change(Convert.FromHexString(each.Image), changed[each.Variant], seed);
    }

    private static string HexOf(StoredLabel row) => Convert.ToHexStringLower(row.Image!);

    /// <summary>Page by page, so that no statement is open while images are worked on.</summary>
    private async IAsyncEnumerable<List<StoredLabel>> PagesAsync(Snapshot snapshot, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<StoredLabel> page;
        for (var after = Guid.Empty; ; after = page[^1].Id)
        {
            page = [];
            var rest = $"{SnapshotRows.There} AND l.image IS NOT NULL AND l.id > $3 ORDER BY l.id LIMIT {PageRows}";
            await foreach (var row in reader.ReadAsync(snapshot.Dataset, rest, [snapshot.Revision, after], datasets.Value.StatementTimeout, cancellation))
                page.Add(row);
            if (page.Count == 0)
                yield break;
            yield return page;
        }
    }

    /// <summary>Without the rows that were erased while they were worked on, which takes their images as well.</summary>
    private async Task<List<StoredLabel>> WithImageAsync(List<StoredLabel> page, IReadOnlySet<string> gone, CancellationToken cancellation)
    {
        var without = page.Where(row => gone.Contains(HexOf(row))).ToList();
        if (without.Count == 0)
            return page;
        var ids = without.ConvertAll(row => row.Id);
        var left = await db.Labels.AsNoTracking().Where(l => ids.Contains(l.Id)).Select(l => l.Id).ToListAsync(cancellation);
        if (without.FindIndex(row => left.Contains(row.Id)) is var first and >= 0)
            throw ImageTensors.Gone(without[first].Image!);
        return [.. page.Except(without)];
    }
}

/// <param name="Row">Its embedding's, in the file of rows.</param>
internal sealed record SampledImage(int Row, byte[] Sha256);

/// <param name="Tensor">Where its file is cut: the name of the tensor that the head takes.</param>
/// <param name="Width">Numbers of an embedding.</param>
/// <param name="Sha256">Of the backbone's model file, <c>registry/{sha256}</c> in StorageService.</param>
/// <param name="EmbeddingSha256">Of the file that is run for training.</param>
/// <param name="Manifest">Its <c>model.json</c>: a trained model takes its images as this one does.</param>
internal sealed record Backbone(string Model, string Version, string Sha256, string Tensor, int Width, string EmbeddingSha256, System.Text.Json.JsonElement Manifest);
