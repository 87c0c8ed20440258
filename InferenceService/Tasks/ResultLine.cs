using System.Text.Json;
using InferenceService.Models;
using InferenceService.Predictions;
using InferenceSuite.Contracts;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace InferenceService.Tasks;

/// <summary>One line of a task's results.</summary>
/// <param name="Index">Place in the input, from 0.</param>
/// <param name="Name">The image's, as the zip or form has it.</param>
/// <param name="Id">The prediction's; feedback goes to it. None where a model's recording is off.</param>
/// <param name="Confidence">Of <paramref name="Label"/>, 0..1.</param>
/// <param name="Error">Instead of the others, when the item could not be predicted.</param>
public sealed record ResultLine(
    int Index, string? Name, Guid? Id, string? Label, double? Confidence, double? Score, IReadOnlyList<LabelScore>? Scores, ProblemDetails? Error)
{
    internal static ChunkResults Of(PredictionRun run, RunConclusion conclusion, int first, IReadOnlyList<string?> names)
    {
        var recorded = run.Manifest.Recording == Recording.Durable;
        var lines = run.Items.Zip(conclusion.Outcomes).Select((item, i) => item.Second is { } made
            ? new ResultLine(first + i, names[i], recorded ? made.Id : null, made.Label, made.Confidence, made.Score, made.Scores?.Take(run.Request.Top).ToArray(), null)
            : new ResultLine(first + i, names[i], null, null, null, null, null, item.First.Problem!.ToDetails()));
        return new ChunkResults(
            [.. lines.Select(line => JsonSerializer.Serialize(line, EventJson.Options))], run.Items.Count(item => item.Problem is not null), conclusion.Entry);
    }
}
