using System.Globalization;
using Learning.Evaluation;

namespace Learning.Reports;

/// <summary>How values are written in a report. What is not there is a dash.</summary>
internal static class ReportText
{
    private const string None = "–";

    /// <summary>A share, or what else is about 1.</summary>
    public static string Number(double? value) => value?.ToString("0.000", CultureInfo.InvariantCulture) ?? None;

    /// <summary>In a label's unit, whatever that is.</summary>
    public static string Amount(double? value) => value is { } amount ? Figure.Of(amount) : None;

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Between(Interval interval) => $"{Number(interval.Low)} – {Number(interval.High)}";

    public static string AmountsBetween(Interval interval) => $"{Amount(interval.Low)} – {Amount(interval.High)}";

    public static string Spread(Search.Spread? spread) => spread is null ? None : $"{Number(spread.Mean)} ± {Number(spread.Deviation)}";

    public static string AmountSpread(Search.Spread? spread) => spread is null ? None : $"{Amount(spread.Mean)} ± {Amount(spread.Deviation)}";

    public static string Milliseconds(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.00} ms");

    public static string Seconds(double value) => value < 120
        ? string.Create(CultureInfo.InvariantCulture, $"{value:0.00} s")
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value / 60):0} min {value % 60:00} s");
}
