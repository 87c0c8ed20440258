using System.Text.Json;
using System.Text.Json.Serialization;
using Learning;
using Learning.Data;
using Learning.Evaluation;
using Learning.Exports;
using Learning.Search;

namespace TrainingService.Runs.Training;

/// <summary>What the process that trains is to do.</summary>
/// <param name="Rows">In the file of rows.</param>
/// <param name="BackboneTensor">For images: where the backbone is cut off.</param>
/// <param name="ImageShape">For images: of the tensor that the backbone takes, without the batch axis.</param>
internal sealed record TrainerOrder(
    TableSchema Schema,
    int Rows,
    string Learner,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    IReadOnlyDictionary<string, IReadOnlyList<JsonElement>>? Grid,
    int Folds,
    ulong Seed,
    int Threads,
    long MemoryLimitBytes,
    int Niceness,
    string? BackboneTensor,
    IReadOnlyList<int>? ImageShape = null)
{
    /// <summary>As the files between the two processes are written.</summary>
    public static JsonSerializerOptions Json { get; } = new(LearningModel.Json) { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
}

/// <summary>A line that the process that trains says: how far it is, or why it ends.</summary>
internal sealed record TrainerLine(RunProgress? Progress = null, RunError? Error = null);

/// <summary>What came of a training, beside the model and its answers to the reference set.</summary>
/// <param name="Parameters">All of the learner's, as they were used.</param>
/// <param name="Training">On rows that were trained on; of very many on an even choice of them.</param>
/// <param name="Test">Absent when all rows are reference.</param>
/// <param name="Search">Of a grid.</param>
/// <param name="CrossValidation">Of a small set, or where folds were asked for.</param>
/// <param name="Input">The model's, by name; as <paramref name="Output"/>.</param>
/// <param name="Seconds">By stage.</param>
/// <param name="PeakBytes">Of the process, resident; absent where the system does not tell.</param>
/// <param name="DatasetBytes">What the table takes.</param>
internal sealed record TrainerResult(
    IReadOnlyDictionary<string, JsonElement> Parameters,
    RowCounts Rows,
    IEvaluationReport Reference,
    IEvaluationReport? Test,
    IEvaluationReport Training,
    IReadOnlyList<TrainingProgress> History,
    int BestRound,
    IReadOnlyList<FeatureImportance> Importance,
    IReadOnlyList<LearningCurvePoint> LearningCurve,
    GridSearchResult? Search,
    CrossValidation? CrossValidation,
    ExportCheck Export,
    string Input,
    string Output,
    IReadOnlyList<string> Warnings,
    IReadOnlyDictionary<string, double> Seconds,
    long? PeakBytes,
    long DatasetBytes);

/// <summary>How many rows are on which side of the split. Copies of images count among those trained on.</summary>
internal sealed record RowCounts(int Train, int Validation, int Test, int Reference);
