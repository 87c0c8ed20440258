using Imaging;

namespace InferenceService.Models;

/// <summary>What a manifest has to satisfy beyond being readable.</summary>
internal static class ManifestRules
{
    private const int MaxSide = 4096;
    private static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(1);

    /// <exception cref="InvalidDataException">Names the field.</exception>
    public static void Check(ModelManifest manifest)
    {
        Require(manifest.Sha256.Length == 64 && manifest.Sha256.All(char.IsAsciiHexDigitLower), "sha256", "64 lower-case hex digits");
        Require(manifest.Batching.MaxBatchSize is >= 1 and <= 4096, "batching.maxBatchSize", "1 to 4096");
        Require(manifest.Batching.MaxQueueDelay >= TimeSpan.Zero && manifest.Batching.MaxQueueDelay <= MaxDelay, "batching.maxQueueDelay", $"0 to {MaxDelay.TotalSeconds} s");
        Require(manifest.Input.Kind is null || manifest.Input.Kind == KindOf(manifest), "input.kind", "image, rows for a model with columns, tensor for the task tensor");
        Require(manifest.TakesTensors || !string.IsNullOrEmpty(manifest.Output.Name), "output.name", "given: which output of the graph is the answer");
        Require(manifest.Batching.MaxQueueLength >= 1, "batching.maxQueueLength", "at least 1");
        Require(manifest.Labels.Distinct().Count() == manifest.Labels.Count, "labels", "all different");
        switch (manifest.Task)
        {
            case ModelTask.ImageClassification:
                Require(manifest.Labels.Count >= 2, "labels", "at least two for a classification");
                CheckImage(manifest.Input);
                break;
            case ModelTask.TabularClassification:
                Require(manifest.Labels.Count >= 2, "labels", "at least two for a classification");
                CheckColumns(manifest.Columns);
                break;
            case ModelTask.TabularRegression:
                CheckColumns(manifest.Columns);
                break;
            case ModelTask.Tensor:
                Require(manifest.Columns.Count == 0, "columns", "absent for the task tensor: the graph says what goes in");
                break;
            default:
                throw new InvalidDataException($"model.json: task {manifest.Task} is not served by this version.");
        }
    }

    private static string KindOf(ModelManifest manifest) => manifest.TakesTensors ? "tensor" : manifest.TakesImages ? "image" : "rows";

    private static void CheckImage(InputSpec input)
    {
        Require(input.Width is > 0 and <= MaxSide, "input.width", $"1 to {MaxSide}");
        Require(input.Height is > 0 and <= MaxSide, "input.height", $"1 to {MaxSide}");
    }

    private static void CheckColumns(IReadOnlyList<ColumnSpec> columns)
    {
        Require(columns.Count > 0, "columns", "at least one for a tabular task");
        Require(columns.Select(column => column.Name).Distinct().Count() == columns.Count, "columns", "of different names");
        foreach (var column in columns.Where(column => column.Type == ColumnType.Category))
            Require(column.Values is { Count: > 0 }, $"columns.{column.Name}.values", "given for a category");
    }

    private static void Require(bool holds, string field, string rule)
    {
        if (!holds)
            throw new InvalidDataException($"model.json: {field} must be {rule}.");
    }
}
