using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Mvc;

namespace InferenceService.Predictions;

/// <summary>The answer of predict, whatever the model; also how history shows a past one.</summary>
/// <param name="Id">The request; null when the model's recording is off.</param>
/// <param name="Timings">Of several items the slowest in each stage.</param>
public sealed record PredictionAnswer(
    Guid? Id, string Model, string Version, IReadOnlyList<ItemAnswer> Predictions, PredictionTimings? Timings, DateTimeOffset? Time = null)
{
    public static PredictionTimings Slowest(IEnumerable<PredictionTimings> items) => items.Aggregate((a, b) => new(
        Math.Max(a.DecodeMs, b.DecodeMs), Math.Max(a.QueueMs, b.QueueMs), Math.Max(a.ExecuteMs, b.ExecuteMs),
        Math.Max(a.RecordMs, b.RecordMs), Math.Max(a.TotalMs, b.TotalMs), Math.Max(a.BatchSize, b.BatchSize)));
}

/// <summary>One item: a label with scores, or a score, or what was wrong with it.</summary>
public sealed record ItemAnswer
{
    public Guid? Id { get; init; }
    public string? Label { get; init; }

    /// <summary>Of <see cref="Label"/>, 0..1.</summary>
    public double? Confidence { get; init; }

    public double? Score { get; init; }

    /// <summary>The best labels, best first; as many as <c>?top=</c> asks for.</summary>
    public IReadOnlyList<LabelScore>? Scores { get; init; }

    public PredictionInput? Input { get; init; }
    public ProblemDetails? Error { get; init; }
}
