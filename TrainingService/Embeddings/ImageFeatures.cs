using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Runs;

namespace TrainingService.Embeddings;

/// <summary>Images to rows: what a backbone, served by the suite itself, makes of each image of a snapshot.</summary>
internal sealed class ImageFeatures
{
    /// <summary>The backbone that a run is to use, with what its head needs for the export.</summary>
    /// <exception cref="RunFailedException">There is no such model, it takes no images, or nothing to cut off.</exception>
    public Task<Backbone> FindAsync(string? name, CancellationToken cancellation) => throw new NotImplementedException($"{this} {name} {cancellation}");

    /// <summary>Writes a row of the embedding for each image, and copies of training images behind them; from the cache where it has them.</summary>
    /// <param name="classIndex">Of a label.</param>
    public Task WriteAsync(
        RowsFileWriter rows, Backbone backbone, Dataset dataset, Snapshot snapshot, ReferenceSet reference, Func<string, int> classIndex, int copies, ulong seed,
        Action<RunProgress> progress, CancellationToken cancellation) =>
        throw new NotImplementedException($"{this} {rows} {backbone} {dataset} {snapshot} {reference} {classIndex} {copies} {seed} {progress} {cancellation}");
}

/// <param name="Tensor">Where its file is cut: the name of the tensor that the head takes.</param>
/// <param name="Width">Numbers of an embedding.</param>
/// <param name="Sha256">Of the backbone's model file, <c>registry/{sha256}</c> in StorageService.</param>
/// <param name="Manifest">Its <c>model.json</c>: a trained model takes its images as this one does.</param>
internal sealed record Backbone(string Model, string Version, string Sha256, string Tensor, int Width, System.Text.Json.JsonElement Manifest);
