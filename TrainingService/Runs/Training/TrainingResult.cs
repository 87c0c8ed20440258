using System.Text.Json;
using Learning.Exports;
using Learning.Search;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
using TrainingService.Registry;

namespace TrainingService.Runs.Training;

/// <summary>What a training's run has as its result. Curves and plots are in its report.</summary>
/// <param name="Labels">In the snapshot.</param>
/// <param name="Parameters">All of the learner's, as they were used.</param>
/// <param name="Reference">On the fixed reference set, by which gates judge.</param>
/// <param name="Confusion">On the reference set: rows by their label, columns by what was predicted.</param>
/// <param name="Promoted">Absent when nobody asked.</param>
/// <param name="Reasons">Why it was not promoted, a sentence for each gate failed.</param>
/// <param name="Warnings">About the data, and whether the report could not be stored.</param>
/// <param name="Seconds">By stage.</param>
/// <param name="TrainerSeconds">Of the stage <c>training</c>, by what the process did.</param>
/// <param name="PeakBytes">Of the process that trained, resident.</param>
/// <param name="DatasetBytes">What its table took.</param>
internal sealed record TrainingResult(
    long Labels,
    RowCounts Rows,
    string Learner,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    string Model,
    string Version,
    string Sha256,
    long ModelBytes,
    Figures Reference,
    Figures? Test,
    Figures Training,
    IReadOnlyList<string>? Classes,
    IReadOnlyList<IReadOnlyList<int>>? Confusion,
    CrossValidation? CrossValidation,
    GridSearchResult? Search,
    int BestRound,
    ExportCheck Export,
    bool? Promoted,
    IReadOnlyList<string>? Reasons,
    IReadOnlyList<string> Warnings,
    IReadOnlyDictionary<string, double> Seconds,
    IReadOnlyDictionary<string, double> TrainerSeconds,
    long? PeakBytes,
    long DatasetBytes)
{
    public static TrainingResult Of(TrainedRun trained, ModelVersion version, GateDecision? decision, string? unreported, IReadOnlyDictionary<string, double> seconds)
    {
        var (result, reference) = (trained.Result, LabelReport.Of(trained.Result.Reference));
        return new TrainingResult(
            trained.Snapshot.Rows, result.Rows, trained.Input.Order.Learner, result.Parameters, version.Model, version.Version, version.Sha256, version.Bytes,
            reference.Figures, result.Test is null ? null : LabelReport.Of(result.Test).Figures, LabelReport.Of(result.Training).Figures, trained.Classes, reference.Confusion,
            result.CrossValidation, result.Search, result.BestRound, result.Export, decision?.Promoted, decision is { Promoted: false } ? decision.Reasons : null,
            unreported is null ? result.Warnings : [.. result.Warnings, unreported],
            seconds, result.Seconds, result.PeakBytes, result.DatasetBytes);
    }
}
