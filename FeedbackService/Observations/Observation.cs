using System.Text.Json;
using InferenceSuite.Contracts;
using ServiceDefaults.Outbox;

namespace FeedbackService.Observations;

/// <summary>A predicted item as this service remembers it: the event, less what only its maker needs.</summary>
public sealed record Observation
{
    /// <summary>The item's id.</summary>
    public required Guid Id { get; init; }
    public required Guid RequestId { get; init; }
    public required string Caller { get; init; }
    public required string Model { get; init; }
    public required string Version { get; init; }

    /// <summary>Null until the event arrives, when feedback was faster.</summary>
    public string? Task { get; init; }

    public string? Label { get; init; }
    public double? Confidence { get; init; }
    public double? Score { get; init; }

    /// <summary><see cref="PredictionInput"/> as JSON.</summary>
    public string? Input { get; init; }
    public double? TotalMs { get; init; }
    public required DateTimeOffset Time { get; init; }

    public static Observation From(PredictionMade made) => new()
    {
        Id = made.Id,
        RequestId = made.RequestId,
        Caller = made.Caller,
        Model = made.Model,
        Version = made.Version,
        Task = made.Task,
        Label = made.Label,
        Confidence = made.Confidence,
        Score = made.Score,
        Input = JsonSerializer.Serialize(made.Input, EventJson.Options),
        TotalMs = made.Timings.TotalMs,
        Time = made.Time.ToUniversalTime(),
    };
}
