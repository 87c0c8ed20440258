using System.Text.Json;
using InferenceSuite.Contracts;
using TrainingService.Datasets.Statistics;

namespace TrainingService.Datasets.Posting;

/// <summary>How far an input lies from what is usual, in standard deviations: the farthest of its values counts.</summary>
internal static class InputDrift
{
    /// <summary>Of a value that never occurred: a category the data set does not have, a number in a column that never changed, one missing where none is.</summary>
    public const double Unseen = 10;

    /// <summary>A row against the data set's rows. Columns that the data set does not have say nothing.</summary>
    public static double OfRow(JsonElement row, IReadOnlyList<ColumnStatistics> columns)
    {
        var farthest = 0.0;
        foreach (var column in columns)
        {
            var value = row.TryGetProperty(column.Name, out var given) ? given : default;
            farthest = Math.Max(farthest, OfValue(value, column));
        }
        return farthest;
    }

    /// <summary>Images against each other: robust scores (Iglewicz and Hoaglin 1993), as a data set's own images are not measured. Null where nothing was measured.</summary>
    public static double?[] OfImages(IReadOnlyList<InputMetrics?> images)
    {
        var drifts = new double?[images.Count];
        foreach (var figure in (Func<InputMetrics, double>[])[m => m.Brightness, m => m.Contrast, m => Math.Log(1 + m.Sharpness), m => m.Saturation, m => m.Entropy])
        {
            double[] values = [.. images.OfType<InputMetrics>().Select(figure)];
            if (values.Length == 0)
                break;
            var median = Median(values);
            var deviation = Median([.. values.Select(value => Math.Abs(value - median))]) / 0.6745; // of a normal distribution: its standard deviation
            for (var i = 0; i < drifts.Length; i++)
            {
                if (images[i] is { } measured)
                    drifts[i] = Math.Max(drifts[i] ?? 0, Distance(figure(measured), median, deviation));
            }
        }
        return drifts;
    }

    private static double OfValue(JsonElement value, ColumnStatistics column) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => column.Missing > 0 || column.Count == 0 ? 0 : Unseen,
        JsonValueKind.Number when column.Mean is { } mean => Distance(value.GetDouble(), mean, column.StandardDeviation ?? 0),
        JsonValueKind.String when column.Most is { } most => column.Categories > most.Count || most.Any(known => known.Value == value.GetString()) ? 0 : Unseen,
        JsonValueKind.True when column.True is { } truths => truths > 0 ? 0 : Unseen,
        JsonValueKind.False when column.True is { } truths => truths < column.Count ? 0 : Unseen,
        _ => Unseen,
    };

    private static double Distance(double value, double usual, double deviation) =>
        value == usual ? 0 : deviation > 0 ? Math.Min(Unseen, Math.Abs(value - usual) / deviation) : Unseen;

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
