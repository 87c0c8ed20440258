using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs.Training;

namespace TrainingService.Evaluations;

/// <summary>A version that fits a data set: how it takes the rows, and what its answers are.</summary>
/// <param name="Columns">Null: it takes images.</param>
internal sealed record VersionOnDataset(ModelVersion Version, Dataset Dataset, ServedManifest Manifest, AnswerReading Reading, ColumnMap? Columns)
{
    private const int MostForeignLabels = 100;

    /// <param name="revision">Of the data set: whose labels count.</param>
    /// <exception cref="ProblemException">422: it does not fit; names the columns or labels.</exception>
    public static async Task<VersionOnDataset> FitAsync(TrainingDb db, ModelVersion version, Dataset dataset, int revision, CancellationToken cancellation)
    {
        var manifest = ServedManifest.Read(version.Manifest);
        var kind = dataset.Kind == DatasetKind.Image ? "image-classification" : "tabular-classification";
        if (manifest.Task != kind)
            throw ProblemException.Unusable("dataset", $"The version is for {manifest.Task}; the data set holds what {kind} takes.");
        if (dataset.Schema is null)
            throw ProblemException.Conflict("no-labels", "The data set has no labels yet.");
        if (dataset.Schema.Label.Type == LabelType.Number)
            throw ProblemException.Unusable("dataset", "Its labels are numbers; binary and multi-class labels can be evaluated.");
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        var occurring = await db.Labels.Where(l => l.Dataset == dataset.Number && l.Text != null && l.Added <= revision && (l.Removed == null || l.Removed > revision))
            .Select(l => l.Text!).Distinct().ToListAsync(cancellation);
        var classes = Combine(TrainingSchema.ClassesOf(dataset.Schema, values, occurring), manifest.Labels!, IsTrainedOn(version, dataset));
        return new VersionOnDataset(
            version, dataset, manifest, new ClassReading(manifest, classes, occurring.Count),
            manifest.Columns is { Count: > 0 } columns ? ColumnMap.Of(columns, dataset.Schema, values) : null);
    }

    // One that was trained on the data set when it had fewer classes is judged by today's: it knows no better. Another may just not be meant.
    private static List<string> Combine(IReadOnlyList<string> classes, IReadOnlyList<string> labels, bool trainedOn)
    {
        var unknown = classes.Except(labels).Take(20).ToArray();
        if (unknown.Length > 0 && !(trainedOn && classes.Intersect(labels).Any()))
            throw ProblemException.Unusable("dataset", $"The data set has labels that the version does not know: {string.Join(", ", unknown)}. It knows {string.Join(", ", labels.Take(20))}.");
        var foreign = labels.Except(classes).ToArray();
        if (foreign.Length > MostForeignLabels)
            throw ProblemException.Unusable("dataset", $"The version has {foreign.Length} labels that the data set does not have; {MostForeignLabels} are the most.");
        return [.. classes, .. foreign];
    }

    private static bool IsTrainedOn(ModelVersion version, Dataset dataset) =>
        version.Lineage is { } lineage && lineage.TryGetProperty("dataset", out var trained) && trained.ToString() == dataset.Id.ToString();
}
