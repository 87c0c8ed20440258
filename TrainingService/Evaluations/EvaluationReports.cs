using System.Globalization;
using System.Text;
using System.Text.Json;
using Learning.Reports;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.Runs;
using TrainingService.Runs.Artifacts;

namespace TrainingService.Evaluations;

/// <summary>The report of a version that was evaluated by itself: as a training's, without what only a training knows.</summary>
internal sealed class EvaluationReports(RunArtifacts artifacts)
{
    /// <inheritdoc cref="Runs.Training.RunReports.WriteAsync"/>
    public Task<string?> WriteAsync(Run run, Dataset dataset, Snapshot snapshot, Evaluation evaluation, CancellationToken cancellation)
    {
        var data = new RunReportData
        {
            Title = $"{evaluation.Model} {evaluation.Version}",
            Subtitle = string.Create(CultureInfo.InvariantCulture, $"Evaluated on {dataset.Name}, {evaluation.Labels:N0} labels, {evaluation.CreatedAt:yyyy-MM-dd HH:mm} UTC"),
            Reference = evaluation.Reference,
            Test = evaluation.Test,
            Lineage =
            [
                new("data set", $"{dataset.Name} ({dataset.Id})"),
                new("snapshot", $"{snapshot.Id}"),
                new("content", snapshot.Hash),
                new("reference rows", evaluation.ReferenceHash),
                new("run", $"{run.Id}"),
            ],
        };
        return artifacts.PutReportAsync(
            run, dataset,
            [
                (ReportFile.Json, JsonSerializer.SerializeToUtf8Bytes(data, LearningModel.Json), ReportFile.JsonType),
                (ReportFile.Html, Encoding.UTF8.GetBytes(RunReport.Html(data)), ReportFile.HtmlType),
                (ReportFile.Markdown, Encoding.UTF8.GetBytes(RunReport.Markdown(data)), ReportFile.MarkdownType),
                .. RunReport.Plots(data).Select(plot => (ReportFile.Plot(plot.Key), Encoding.UTF8.GetBytes(plot.Value), ReportFile.SvgType)),
            ],
            cancellation);
    }
}
