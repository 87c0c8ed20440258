using System.Text.Json;
using InferenceService.Tasks;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ServiceDefaults.Erasure;

namespace InferenceService.PersonalData;

/// <summary>Results of a caller's tasks. What still runs is cancelled first: whatever its worker has in hand is refused from then on.</summary>
internal sealed class TaskResultsOfSubject(InferenceDb db, NpgsqlDataSource source) : IPersonalData
{
    private const int Page = 10_000;

    public string Name => "task-results";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await db.CancelTasksOfAsync(subject, sentBefore: DateTimeOffset.MaxValue, cancellation);
        return await db.Database.ExecuteSqlAsync($"""
            DELETE FROM task_results WHERE ctid IN (
              SELECT r.ctid FROM task_results r JOIN tasks t ON t.id = r.task_id WHERE t.owner = {subject} LIMIT {Page})
            """, cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "task-results.ndjson", "What each item of your tasks came to, in their order.", ReadAsync(subject), cancellation);

    private async IAsyncEnumerable<object> ReadAsync(string subject)
    {
        await using var command = source.CreateCommand(
            "SELECT r.task_id, r.item, r.line FROM task_results r JOIN tasks t ON t.id = r.task_id WHERE t.owner = $1 ORDER BY r.task_id, r.item");
        command.Parameters.Add(new NpgsqlParameter { Value = subject });
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            yield return new { task = rows.GetGuid(0), item = rows.GetInt32(1), result = JsonElement.Parse(rows.GetString(2)) };
    }
}

/// <summary>A caller's tasks, and when they last had a turn. Their inputs are objects in StorageService; copies on disk go here and by <see cref="ForgetInputs"/>.</summary>
internal sealed class TasksOfSubject(InferenceDb db, ErasedInputs inputs) : IPersonalData
{
    public string Name => "tasks";

    public async Task<long> EraseAsync(string subject, CancellationToken cancellation)
    {
        await inputs.ForgetAsync(subject, cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM task_turns WHERE owner = {subject}", cancellation);
        return await db.Tasks.Where(task => task.Owner == subject).ExecuteDeleteAsync(cancellation);
    }

    public Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation) => export.AddRowsAsync(
        "tasks.ndjson",
        "The tasks that are still on record, with how far they came.",
        db.Tasks.AsNoTracking().Where(task => task.Owner == subject).OrderBy(task => task.Id).AsAsyncEnumerable().Select(TaskView.From),
        cancellation);
}
