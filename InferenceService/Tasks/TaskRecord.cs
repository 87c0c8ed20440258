using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Outbox;

namespace InferenceService.Tasks;

public enum TaskState { Queued, Running, Succeeded, Failed, Cancelled }

/// <summary>A task as the table <c>tasks</c> has it, without what only its queue needs.</summary>
public sealed record TaskRecord
{
    public required Guid Id { get; init; }
    public required string Owner { get; init; }
    public required string Model { get; init; }

    /// <summary>Null: whatever is live when a chunk runs.</summary>
    public string? Version { get; init; }

    /// <summary>Labels per item in the results.</summary>
    public required int Top { get; init; }

    public required TaskState Status { get; init; }
    public required InputKind Kind { get; init; }
    public required string Sha256 { get; init; }
    public required long Bytes { get; init; }
    public required int Total { get; init; }
    public int Done { get; init; }
    public int FailedItems { get; init; }

    /// <summary>Problem details as JSON.</summary>
    public string? Error { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

/// <summary>How an input is stored: images in a zip, or rows by line.</summary>
public enum InputKind { Zip, Ndjson, Csv }

/// <summary>A task as its owner sees it.</summary>
/// <param name="Error">Why it failed; of single items the results tell.</param>
public sealed record TaskView(
    Guid Id, TaskState Status, TaskProgress Progress, string Model, string? Version,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, ProblemDetails? Error)
{
    public static TaskView From(TaskRecord task) => new(
        task.Id, task.Status, new TaskProgress(task.Done, task.Total, task.FailedItems), task.Model, task.Version,
        task.CreatedAt, task.StartedAt, task.FinishedAt,
        task.Error is null ? null : JsonSerializer.Deserialize<ProblemDetails>(task.Error, EventJson.Options));
}

/// <param name="Done">Items with a line in the results, <paramref name="Failed"/> ones included.</param>
/// <param name="Failed">Items whose line has an <c>error</c>.</param>
public sealed record TaskProgress(int Done, int Total, int Failed);

/// <param name="Next">Pass it as <c>cursor</c> for the page after; absent on the last.</param>
public sealed record TaskPage(IReadOnlyList<TaskView> Items, string? Next);
