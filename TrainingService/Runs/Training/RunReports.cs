using System.Globalization;
using System.Text;
using System.Text.Json;
using Learning.Reports;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Runs.Artifacts;

namespace TrainingService.Runs.Training;

/// <summary>A training's report, once its gates have decided: for people, for machines, and its plots.</summary>
internal sealed class RunReports(RunArtifacts artifacts)
{
    /// <summary>Null: it is stored. Else why not, for the result's warnings.</summary>
    /// <exception cref="HttpRequestException">StorageService does not answer, or can't now.</exception>
    public Task<string?> WriteAsync(TrainedRun trained, ModelVersion version, GateDecision? decision, IReadOnlyDictionary<string, double> seconds, CancellationToken cancellation)
    {
        var data = DataOf(trained, version, decision, seconds);
        return artifacts.PutReportAsync(
            trained.Run, trained.Dataset,
            [
                (ReportFile.Json, JsonSerializer.SerializeToUtf8Bytes(data, TrainerOrder.Json), ReportFile.JsonType),
                (ReportFile.Html, Encoding.UTF8.GetBytes(RunReport.Html(data)), ReportFile.HtmlType),
                (ReportFile.Markdown, Encoding.UTF8.GetBytes(RunReport.Markdown(data)), ReportFile.MarkdownType),
                .. RunReport.Plots(data).Select(plot => (ReportFile.Plot(plot.Key), Encoding.UTF8.GetBytes(plot.Value), ReportFile.SvgType)),
            ],
            cancellation);
    }

    private static RunReportData DataOf(TrainedRun trained, ModelVersion version, GateDecision? decision, IReadOnlyDictionary<string, double> seconds)
    {
        var (run, result) = (trained.Run, trained.Result);
        return new RunReportData
        {
            Title = $"{version.Model} {version.Version}",
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"{trained.Input.Order.Learner} on {trained.Snapshot.Rows:N0} labels of {trained.Dataset.Name}, {run.CreatedAt:yyyy-MM-dd HH:mm} UTC"),
            Reference = result.Reference,
            Test = result.Test,
            Training = result.Training,
            Lineage = [.. LineageOf(trained, version)],
            Parameters = [.. result.Parameters.Select(each => new ReportLine(each.Key, each.Value.ToString()))],
            History = result.History,
            BestRound = result.BestRound,
            Importance = result.Importance,
            LearningCurve = result.LearningCurve,
            Folds = result.CrossValidation,
            Search = result.Search,
            Export = result.Export,
            Durations = [.. seconds.Where(each => each.Key != "training").Concat(result.Seconds).Select(each => new StageDuration(each.Key, each.Value))],
            Warnings = result.Warnings,
            Decision = decision is null ? null : new ReportDecision(decision.Promoted, decision.Reasons, decision.Against?.Explanation),
        };
    }

    private static IEnumerable<ReportLine> LineageOf(TrainedRun trained, ModelVersion version)
    {
        yield return new("data set", $"{trained.Dataset.Name} ({trained.Dataset.Id})");
        yield return new("snapshot", $"{trained.Snapshot.Id}");
        yield return new("content", trained.Snapshot.Hash);
        yield return new("rows", string.Create(CultureInfo.InvariantCulture, $"{trained.Result.Rows.Train:N0} training, {trained.Result.Rows.Validation:N0} validation, {trained.Result.Rows.Test:N0} test, {trained.Result.Rows.Reference:N0} reference"));
        yield return new("run", $"{trained.Run.Id}");
        yield return new("seed", $"{trained.Run.Request.Seed}");
        if (trained.Input.Backbone is { } backbone)
            yield return new("backbone", $"{backbone.Model} {backbone.Version} at {backbone.Tensor}");
        if (version.Lineage is { } lineage && lineage.TryGetProperty("parent", out var parent))
            yield return new("live before", $"{parent}");
        yield return new("model file", version.Sha256);
        if (trained.Result.PeakBytes is { } peak)
            yield return new("memory", $"{peak >> 20} MiB at most; the data set takes {Math.Max(1, trained.Result.DatasetBytes >> 20)} MiB");
    }
}
