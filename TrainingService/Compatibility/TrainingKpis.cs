using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using TrainingService.Runs;
using TrainingService.Runs.Views;

namespace TrainingService.Compatibility;

/// <summary>A training in figures, all of them on the reference rows, which are never trained on.</summary>
/// <param name="Labels">That it was trained on and judged by.</param>
/// <param name="ConfusionMatrix"><c>[[true 0, false 1], [false 0, true 1]]</c>: a row per label, a column per prediction.</param>
/// <param name="Precision">Of those predicted 1, the share that is.</param>
/// <param name="Recall">Of those that are 1, the share that was predicted so.</param>
/// <param name="Promoted">Whether it went live; false: it did not pass the gates, for the <paramref name="Reasons"/>.</param>
internal sealed record TrainingKpis(
    Guid Run, string Status, DateTimeOffset Time, long? Labels,
    [property: JsonPropertyName("confusion_matrix")] IReadOnlyList<IReadOnlyList<int>>? ConfusionMatrix,
    [property: JsonPropertyName("true_positives")] int? TruePositives,
    [property: JsonPropertyName("true_negatives")] int? TrueNegatives,
    [property: JsonPropertyName("false_positives")] int? FalsePositives,
    [property: JsonPropertyName("false_negatives")] int? FalseNegatives,
    double? Accuracy, double? Precision, double? Recall, double? F1,
    [property: JsonPropertyName("roc_auc")] double? RocAuc,
    string? Learner, string Model, string? Version, bool? Promoted, IReadOnlyList<string>? Reasons, RunError? Error)
{
    public static TrainingKpis From(RunSummary run)
    {
        var matrix = MatrixOf(run.Confusion);
        var (tn, fp, fn, tp) = matrix is null ? default : (matrix[0][0], matrix[0][1], matrix[1][0], matrix[1][1]);
        return new TrainingKpis(
            run.Id, run.Status.ToString().ToLowerInvariant(), run.FinishedAt ?? run.CreatedAt, run.Labels, matrix,
            matrix is null ? null : tp, matrix is null ? null : tn, matrix is null ? null : fp, matrix is null ? null : fn,
            run.Accuracy, Share(tp, tp + fp), Share(tp, tp + fn), Share(2 * tp, (2 * tp) + fp + fn), run.RocAuc,
            run.Learner, run.Model, run.Version, run.Promoted, run.Reasons, run.Error);

        double? Share(int part, int whole) => matrix is null ? null : whole == 0 ? 0 : (double)part / whole;
    }

    public static string ToCsv(IEnumerable<TrainingKpis> runs)
    {
        var csv = new StringBuilder("run,time,status,labels,true_positives,true_negatives,false_positives,false_negatives,accuracy,precision,recall,f1,roc_auc,model,version,promoted\n");
        foreach (var run in runs)
        {
            object?[] fields =
            [
                run.Run, run.Time.ToString("O", CultureInfo.InvariantCulture), run.Status, run.Labels, run.TruePositives, run.TrueNegatives, run.FalsePositives, run.FalseNegatives,
                run.Accuracy, run.Precision, run.Recall, run.F1, run.RocAuc, run.Model, run.Version, run.Promoted switch { true => "true", false => "false", _ => null },
            ];
            csv.AppendJoin(',', fields.Select(field => Convert.ToString(field, CultureInfo.InvariantCulture))).Append('\n'); // none of them has a comma or a quote
        }
        return csv.ToString();
    }

    // In the order 0, 1, whatever that of the data set's classes is.
    private static int[][]? MatrixOf(ConfusionView? confusion)
    {
        if (confusion is null || confusion.Classes.Count != 2)
            return null;
        var one = confusion.Classes.ToList().IndexOf(DefaultDataset.Yes);
        return one < 0 ? null : [.. new[] { 1 - one, one }.Select(label => new[] { confusion.Rows[label][1 - one], confusion.Rows[label][one] })];
    }
}

/// <summary>A training that takes longer than a call may wait.</summary>
/// <param name="Location">Where its figures will be.</param>
internal sealed record TrainingUnderWay(Guid Run, string Status, string? Stage, long? Done, long? Total, string Location);

/// <param name="Runs">Newest first.</param>
/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
internal sealed record TrainingHistory(IReadOnlyList<TrainingKpis> Runs, string? Next);
