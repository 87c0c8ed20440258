using System.Globalization;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Search;

namespace Learning.Reports;

/// <summary>All that a report of a run says. Serialises to JSON and back, so that it can be written again when something is added, as the gates' decision is.</summary>
public sealed record RunReportData
{
    /// <summary>What was trained or evaluated, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>A line below the title: with what, on how much, when.</summary>
    public string? Subtitle { get; init; }

    /// <summary>On the fixed reference set, by which versions compare.</summary>
    public IEvaluationReport? Reference { get; init; }

    /// <summary>On the test side of the split.</summary>
    public IEvaluationReport? Test { get; init; }

    /// <summary>On what was trained on.</summary>
    public IEvaluationReport? Training { get; init; }

    /// <summary>Where it came from: data set, snapshot, hash, labels, run, seed, parent.</summary>
    public IReadOnlyList<ReportLine> Lineage { get; init; } = [];

    public IReadOnlyList<ReportLine> Parameters { get; init; } = [];

    public IReadOnlyList<TrainingProgress> History { get; init; } = [];

    public int BestRound { get; init; }

    public IReadOnlyList<FeatureImportance> Importance { get; init; } = [];

    public IReadOnlyList<LearningCurvePoint> LearningCurve { get; init; } = [];

    public CrossValidation? Folds { get; init; }

    public GridSearchResult? Search { get; init; }

    public ExportCheck? Export { get; init; }

    public IReadOnlyList<StageDuration> Durations { get; init; } = [];

    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Absent where nobody asked whether it may serve.</summary>
    public ReportDecision? Decision { get; init; }

    /// <summary>What the pictures and classes are of.</summary>
    internal IEvaluationReport? Judged => Reference ?? Test ?? Training;

    /// <summary>Reference, test and training, those there are.</summary>
    internal IReadOnlyList<ReportSide<T>> Sides<T>() where T : class, IEvaluationReport =>
        [.. new (string Name, IEvaluationReport? Report)[] { ("reference", Reference), ("test", Test), ("training", Training) }.Where(side => side.Report is T).Select(side => new ReportSide<T>(side.Name, (T)side.Report!))];

    internal string JudgedBy => Reference is not null ? "reference set" : Test is not null ? "test rows" : "training rows";
}

/// <summary>A report and what rows it is of.</summary>
internal sealed record ReportSide<T>(string Name, T Report);

public sealed record ReportLine(string Name, string Value)
{
    /// <summary>Parameters as text.</summary>
    public static IReadOnlyList<ReportLine> Of(Parameters.ParameterSet parameters) =>
        [.. parameters.Values.Select(each => new ReportLine(each.Key, each.Value is double number ? number.ToString("0.############", CultureInfo.InvariantCulture) : $"{each.Value}"))];
}

public sealed record StageDuration(string Stage, double Seconds);

/// <param name="Reasons">A sentence for each gate failed; of a promotion none.</param>
/// <param name="Comparison">How it did against the live version, in a sentence.</param>
public sealed record ReportDecision(bool Promoted, IReadOnlyList<string> Reasons, string? Comparison = null);
