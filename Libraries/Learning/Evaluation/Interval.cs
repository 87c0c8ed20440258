namespace Learning.Evaluation;

/// <summary>Between which a share lies, by 95 % confidence unless it was asked otherwise.</summary>
public readonly record struct Interval(double Low, double High)
{
    internal const double Z95 = 1.959963984540054;

    /// <summary>Wilson's score interval (1927): holds for few rows and for shares near 0 and 1, too. Of no rows at all: 0 to 1.</summary>
    public static Interval Wilson(long successes, long trials, double z = Z95)
    {
        if (trials == 0)
            return new Interval(0, 1);
        var (n, share) = ((double)trials, (double)successes / trials);
        var centre = (share + (z * z / (2 * n))) / (1 + (z * z / n));
        var half = z / (1 + (z * z / n)) * Math.Sqrt((share * (1 - share) / n) + (z * z / (4 * n * n)));
        return new Interval(successes == 0 ? 0 : Math.Max(0, centre - half), successes == trials ? 1 : Math.Min(1, centre + half));
    }

    /// <summary>Of an area under the ROC curve (Hanley and McNeil 1982); null without rows of both sides.</summary>
    public static Interval? OfArea(double area, long positives, long negatives, double z = Z95)
    {
        if (positives == 0 || negatives == 0)
            return null;
        var (q1, q2) = (area / (2 - area), 2 * area * area / (1 + area));
        var variance = ((area * (1 - area)) + ((positives - 1) * (q1 - (area * area))) + ((negatives - 1) * (q2 - (area * area)))) / ((double)positives * negatives);
        var half = z * Math.Sqrt(Math.Max(0, variance));
        return new Interval(Math.Max(0, area - half), Math.Min(1, area + half));
    }
}
