using System.Diagnostics;
using Learning.Data;

namespace Learning.Exports;

/// <summary>The exported model beside the one that was trained, on the same rows.</summary>
/// <param name="LargestDifference">
/// Of any probability. Of numbers, by their spread: the largest difference divided by the standard deviation of the learner's numbers, or by half a per cent
/// of the largest of them where they vary less than that, for float32 holds only seven digits of each.
/// </param>
/// <param name="LearnerMs">Median of some passes over all rows; <paramref name="OnnxMs"/> likewise.</param>
public sealed record ExportCheck(int Rows, double LargestDifference, long Bytes, double LearnerMs, double OnnxMs)
{
    /// <summary>More than this fails a run.</summary>
    public const double Allowed = 1e-4;

    /// <summary>Of a head upon a backbone, whose rows go past the backbone.</summary>
    public WholeCheck? Whole { get; init; }

    public bool Agrees => LargestDifference <= Allowed && (Whole?.Agrees ?? true);

    /// <summary>Learner's time to ONNX Runtime's.</summary>
    public double Speedup => LearnerMs / OnnxMs;

    public static ExportCheck Run(ITrainedModel model, byte[] exported, Table table, int[] rows, int threads = 1, int passes = 5)
    {
        using var onnx = new ExportedModel(exported, threads);
        var (learned, learnerMs) = Median(passes, () => model.Predict(table, rows));
        var (answered, onnxMs) = Median(passes, () => onnx.Predict(table, rows));
        return new ExportCheck(rows.Length, Difference(learned, answered) / (table.Schema.IsNumeric ? Spread(learned) : 1), exported.LongLength, learnerMs, onnxMs);
    }

    // NaN differs from everything: it must not hide in a maximum.
    internal static double Difference(float[] learned, float[] answered) => learned.Length != answered.Length
        ? double.PositiveInfinity
        : learned.Zip(answered, (a, b) => Math.Abs((double)a - b)).Aggregate(0.0, (most, each) => double.IsNaN(each) ? double.PositiveInfinity : Math.Max(most, each));

    private static double Spread(float[] numbers)
    {
        const double digits = 0.005;
        if (numbers.Length == 0)
            return 1;
        var mean = numbers.Average(number => (double)number);
        var deviation = Math.Sqrt(numbers.Average(number => ((double)number - mean) * ((double)number - mean)));
        var spread = Math.Max(deviation, digits * numbers.Max(number => Math.Abs((double)number)));
        return spread > 0 ? spread : 1;
    }

    private static (float[] Answer, double Ms) Median(int passes, Func<float[]> ask)
    {
        var times = new double[passes];
        float[] answer = [];
        for (var pass = 0; pass < passes; pass++)
        {
            var began = Stopwatch.GetTimestamp();
            answer = ask();
            times[pass] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }
        Array.Sort(times);
        return (answer, times[passes / 2]);
    }
}
