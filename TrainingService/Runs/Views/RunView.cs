using System.Text.Json;
using Learning.Evaluation;
using TrainingService.Runs.Training;

namespace TrainingService.Runs.Views;

/// <summary>A run as a caller sees it. The row knows the data set by its number, and who holds it; a caller wants its id and how far it is.</summary>
/// <param name="Version">What it registered, or what it evaluates.</param>
/// <param name="Progress">Of a running one.</param>
/// <param name="Result">Of one that succeeded.</param>
/// <param name="Error">Of one that failed or was cancelled.</param>
/// <param name="Report">Path of its report, once there is one.</param>
/// <param name="Task"><c>tabular-regression</c> where labels are numbers, whose figures are others; absent: a classification.</param>
internal sealed record RunView(
    Guid Id, RunKind Kind, RunStatus Status, Guid Dataset, Guid Snapshot, RunCause Cause, string Model, string? Version, RunRequestView Request,
    RunProgress? Progress, JsonElement? Result, RunError? Error, string? Report, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, string? Task)
{
    public static RunView From(Run run, Guid dataset) => new(
        run.Id, run.Kind, run.Status, dataset, run.Snapshot, run.Cause, run.Model, run.Version, RunRequestView.From(run.Request),
        run.Status == RunStatus.Running ? run.Progress : null, run.Result, run.Error, run.Status == RunStatus.Succeeded ? $"/v1/runs/{run.Id}/report" : null,
        run.CreatedAt, run.StartedAt, run.FinishedAt, run.Request.Task);
}

/// <summary>What was asked for, with what was left out filled in; not what the caller was allowed.</summary>
internal sealed record RunRequestView(
    string? Learner, IReadOnlyDictionary<string, JsonElement>? Parameters, IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Grid, int Folds, ulong Seed, string? Backbone, int Augment,
    bool Promote, bool Private)
{
    public static RunRequestView From(RunRequest request) => new(
        request.Learner, request.Parameters, request.Grid, request.Folds, request.Seed, request.Backbone, request.Augment, request.Promote, request.Private);
}

/// <summary>A run in the history of a data set: the figures over time.</summary>
/// <param name="Labels">That it was trained on and judged by.</param>
/// <param name="Confusion">On the reference set.</param>
/// <param name="Promoted">Absent when nobody asked.</param>
/// <param name="Reasons">Why it was refused.</param>
/// <param name="Task"><c>tabular-regression</c>: the last five figures are there instead of those of classes; absent: a classification.</param>
internal sealed record RunSummary(
    Guid Id, RunKind Kind, RunStatus Status, RunCause Cause, string? Learner, string Model, string? Version, long? Labels,
    double? Accuracy, Interval? AccuracyInterval, double? Precision, double? Recall, double? F1, double? RocAuc, ConfusionView? Confusion,
    bool? Promoted, IReadOnlyList<string>? Reasons, RunError? Error, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt,
    string? Task, double? MeanAbsoluteError, Interval? MeanAbsoluteErrorInterval, double? RootMeanSquaredError, double? R2, double? Spearman)
{
    /// <param name="labels">In its snapshot.</param>
    public static RunSummary From(Run run, long labels)
    {
        var result = run is { Kind: RunKind.Training, Result: { } json } ? json.Deserialize<ResultInShort>(LearningModel.Json) : null;
        var figures = result?.Reference;
        return new RunSummary(
            run.Id, run.Kind, run.Status, run.Cause, run.Request.Learner, run.Model, run.Version, labels,
            figures?.Accuracy, figures?.AccuracyInterval, figures?.Precision, figures?.Recall, figures?.F1, figures?.RocAuc,
            result is { Classes: { } classes, Confusion: { } confusion } ? new ConfusionView(classes, confusion) : null, result?.Promoted, result?.Reasons, run.Error, run.CreatedAt, run.FinishedAt,
            run.Request.Task, figures?.MeanAbsoluteError, figures?.MeanAbsoluteErrorInterval, figures?.RootMeanSquaredError, figures?.R2, figures?.Spearman);
    }
}

/// <summary>What a history shows of a <see cref="TrainingResult"/>, whatever its labels are.</summary>
internal sealed record ResultInShort(FiguresInShort? Reference, IReadOnlyList<string>? Classes, IReadOnlyList<IReadOnlyList<int>>? Confusion, bool? Promoted, IReadOnlyList<string>? Reasons);

/// <summary>Of <see cref="LabelKinds.Figures"/>; those of other labels are absent.</summary>
internal sealed record FiguresInShort(double? Accuracy, Interval? AccuracyInterval, double? Precision, double? Recall, double? F1, double? RocAuc, double? MeanAbsoluteError, Interval? MeanAbsoluteErrorInterval, double? RootMeanSquaredError, double? R2, double? Spearman);

/// <param name="Rows">By label, in the order of the classes; in each how often which class was predicted.</param>
internal sealed record ConfusionView(IReadOnlyList<string> Classes, IReadOnlyList<IReadOnlyList<int>> Rows);

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
internal sealed record RunPage(IReadOnlyList<RunSummary> Items, string? Next);
