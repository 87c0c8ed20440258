using System.Text.Json;
using InferenceSuite.Contracts;
using ServiceDefaults.Outbox;

namespace InferenceService.Predictions;

/// <summary>
/// One predicted item as the table <c>predictions</c> has it. Apart from <see cref="ItemAnswer"/> because a row belongs
/// to an owner and keeps its parts as JSON; apart from <see cref="PredictionMade"/> because that is a public contract.
/// </summary>
public sealed record PredictionRecord
{
    /// <summary>Labels kept, in the row and in the event.</summary>
    public const int KeptScores = 5;

    private const int MaxRowCharacters = 8 * 1024;

    public required Guid Id { get; init; }
    public required Guid RequestId { get; init; }

    /// <summary>Place in the request.</summary>
    public required int Item { get; init; }

    public required string Owner { get; init; }
    public required string Model { get; init; }
    public required string Version { get; init; }
    public required string Task { get; init; }
    public string? Label { get; init; }
    public double? Confidence { get; init; }
    public double? Score { get; init; }
    public string? Scores { get; init; }
    public required string Input { get; init; }
    public required string Timings { get; init; }
    public required double TotalMs { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? ClientAddress { get; init; }

    public static PredictionRecord From(PredictionMade made, int item, string? clientAddress = null) => new()
    {
        Id = made.Id,
        RequestId = made.RequestId,
        Item = item,
        Owner = made.Caller,
        Model = made.Model,
        Version = made.Version,
        Task = made.Task,
        Label = made.Label,
        Confidence = made.Confidence,
        Score = made.Score,
        Scores = made.Scores is null ? null : ToJson(made.Scores),
        Input = ToJson(made.Input),
        Timings = ToJson(made.Timings),
        TotalMs = made.Timings.TotalMs,
        CreatedAt = made.Time,
        ClientAddress = clientAddress,
    };

    public ItemAnswer ToAnswer() => new()
    {
        Id = Id,
        Label = Label,
        Confidence = Confidence,
        Score = Score,
        Scores = Scores is null ? null : FromJson<LabelScore[]>(Scores),
        Input = ReadInput(),
    };

    public PredictionInput ReadInput() => FromJson<PredictionInput>(Input);

    public PredictionTimings ReadTimings() => FromJson<PredictionTimings>(Timings);

    /// <summary>The row for the event and the table; null when it is too large to carry.</summary>
    public static JsonElement? Carried(JsonElement row) => row.GetRawText().Length <= MaxRowCharacters ? row : null;

    private static string ToJson<T>(T value) => JsonSerializer.Serialize(value, EventJson.Options);

    private static T FromJson<T>(string json) => JsonSerializer.Deserialize<T>(json, EventJson.Options)!;
}
