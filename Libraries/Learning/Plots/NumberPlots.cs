using Learning.Evaluation;

namespace Learning.Plots;

/// <summary>Pictures of an evaluation of numbers, each an SVG document.</summary>
public static class NumberPlots
{
    /// <summary>A dot per row of the sample; on the dashed line the label is what was predicted.</summary>
    public static string Predicted(RegressionReport report)
    {
        var range = Axis(report.Sample.SelectMany(row => new double[] { row.Label, row.Predicted }));
        var title = report.Sample.Count < report.Rows ? FormattableString.Invariant($"Predicted against label ({report.Sample.Count} of {report.Rows:N0} rows)") : "Predicted against label";
        return new Chart(title, "label", "predicted", range, range, Figure.Short, yTick: Figure.Short)
            .Even(range.From, range.From, range.To, range.To)
            .Dots(report.Sample.Select(row => ((double)row.Label, (double)row.Predicted)), 0, 0.45)
            .ToString();
    }

    /// <summary>Rows by how far they are off; of a bin that reaches far out only the near end is drawn.</summary>
    public static string Residuals(RegressionReport report)
    {
        var bins = report.Residuals;
        var (from, to) = Near(bins);
        var far = from > bins[0].From || to < bins[^1].To ? $"; the outermost bars reach to {Figure.Short(bins[0].From)} and {Figure.Short(bins[^1].To)}" : "";
        var most = bins.Max(bin => bin.Rows);
        var chart = new Chart("Errors", $"predicted less label{far}", "rows", (from, to), (0, most * 1.05), Figure.Short, yTick: Figure.Short);
        foreach (var bin in bins)
            chart.Bar(Math.Max(bin.From, from), Math.Min(bin.To, to), bin.Rows, 0.75, FormattableString.Invariant($"{bin.Rows:N0} rows off by {Figure.Of(bin.From)} to {Figure.Of(bin.To)}"));
        return (from < 0 && to > 0 ? chart.Even(0, 0, 0, most * 1.05) : chart).ToString();
    }

    /// <summary>How far it is off where labels are small and where they are large; the curve says to which side.</summary>
    public static string Tenths(RegressionReport report)
    {
        var tenths = report.Tenths;
        var (low, high) = (tenths.Min(tenth => tenth.MeanError), tenths.Max(tenth => tenth.MeanAbsoluteError));
        var range = high > 0 ? (Math.Min(0, low * 1.05), high * 1.05) : (0, 1);
        var chart = new Chart("Error by tenth of the label", "label", "error", (0, tenths.Count), range, edge => Label(tenths, edge), yTick: Figure.Short);
        foreach (var (i, tenth) in tenths.Index())
            chart.Bar(i, i + 1, tenth.MeanAbsoluteError, 0.6, FormattableString.Invariant($"{tenth.Rows:N0} rows of {Figure.Of(tenth.From)} to {Figure.Of(tenth.To)}: off by {Figure.Of(tenth.MeanAbsoluteError)}"));
        return chart.Even(0, 0, tenths.Count, 0).Curve("mean error (above 0: too much)", tenths.Index().Select(each => (each.Index + 0.5, each.Item.MeanError)), 1, dots: true).ToString();
    }

    // Where one bar ends and the next begins.
    private static string Label(IReadOnlyList<LabelTenth> tenths, double edge) =>
        edge != Math.Floor(edge) ? "" : Figure.Short(edge < tenths.Count ? tenths[(int)edge].From : tenths[^1].To);

    // A bin's width beyond the second edge and the last but one.
    private static (double From, double To) Near(IReadOnlyList<ResidualBin> bins)
    {
        if (bins.Count < 3)
            return Axis([bins[0].From, bins[^1].To]);
        var width = bins[1].To - bins[1].From;
        return (Math.Max(bins[0].From, bins[1].From - width), Math.Min(bins[^1].To, bins[^2].To + width));
    }

    // From the least to the most; wide enough to have ticks, whatever their size.
    private static (double From, double To) Axis(IEnumerable<double> values)
    {
        var (least, most) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        var room = Math.Max((most - least) * 0.03, Math.Max(Math.Abs(least), Math.Abs(most)) * 1e-6);
        return room > 0 ? (least - room, most + room) : (-1, 1);
    }
}
