using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.LabelKinds;
using TrainingService.Registry;

namespace TrainingService.Evaluations;

/// <summary>A version that fits a data set: how it takes the rows, and what its answers are.</summary>
/// <param name="Columns">Null: it takes images.</param>
internal sealed record VersionOnDataset(ModelVersion Version, Dataset Dataset, ServedManifest Manifest, AnswerReading Reading, ColumnMap? Columns)
{
    /// <param name="revision">Of the data set: whose labels count.</param>
    /// <exception cref="ProblemException">422: it does not fit; names the columns or labels.</exception>
    public static async Task<VersionOnDataset> FitAsync(TrainingDb db, ModelVersion version, Dataset dataset, int revision, CancellationToken cancellation)
    {
        var manifest = ServedManifest.Read(version.Manifest);
        if (dataset.Schema is null)
            throw ProblemException.Conflict("no-labels", "The data set has no labels yet.");
        var kind = LabelKind.Of(dataset.Schema);
        if (manifest.Task != kind.TaskOf(dataset.Kind))
            throw ProblemException.Unusable("dataset", $"The version is for {manifest.Task}; the data set holds what {kind.TaskOf(dataset.Kind)} takes.");
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        return new VersionOnDataset(
            version, dataset, manifest, await kind.ReadingAsync(db, version, manifest, dataset, values, revision, cancellation),
            manifest.Columns is { Count: > 0 } columns ? ColumnMap.Of(columns, dataset.Schema, values) : null);
    }
}
