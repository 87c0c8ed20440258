using InferenceSuite.Contracts;

namespace FeedbackService.Quality;

/// <summary>Counts judged predictions of one version. A wrong one whose right label is unknown counts against the label that was said, and for no other.</summary>
internal static class QualityFigures
{
    private const double Z95 = 1.959963984540054;

    /// <param name="judged">At least one.</param>
    public static QualityMeasured Measure(string model, string version, IReadOnlyCollection<JudgedPrediction> judged, DateTimeOffset now)
    {
        var right = judged.LongCount(each => each.IsRight);
        var labels = judged.Select(each => each.Predicted).Concat(judged.Select(each => each.Truth).OfType<string>()).Distinct().Order(StringComparer.Ordinal);
        return new QualityMeasured(
            model, version, judged.Count, right, Share(right, judged.Count)!, [.. labels.Select(label => OfClass(label, judged))], judged.Min(each => each.Time), now);
    }

    private static ClassQuality OfClass(string label, IReadOnlyCollection<JudgedPrediction> judged)
    {
        var (support, predicted, right) = (0L, 0L, 0L);
        foreach (var each in judged)
        {
            var (said, meant) = (each.Predicted == label, each.Truth == label);
            support += meant ? 1 : 0;
            predicted += said ? 1 : 0;
            right += said && meant ? 1 : 0;
        }
        return new ClassQuality(label, support, predicted, right, Share(right, predicted), Share(right, support));
    }

    /// <summary>With Wilson's score interval (1927), which holds for few trials and for shares near 0 and 1 too. Null without any.</summary>
    private static MeasuredShare? Share(long successes, long trials)
    {
        if (trials == 0)
            return null;
        var (n, share) = ((double)trials, (double)successes / trials);
        var centre = (share + (Z95 * Z95 / (2 * n))) / (1 + (Z95 * Z95 / n));
        var half = Z95 / (1 + (Z95 * Z95 / n)) * Math.Sqrt((share * (1 - share) / n) + (Z95 * Z95 / (4 * n * n)));
        return new MeasuredShare(share, successes == 0 ? 0 : Math.Max(0, centre - half), successes == trials ? 1 : Math.Min(1, centre + half));
    }
}
