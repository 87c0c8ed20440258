using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Database;

namespace InferenceService.Tasks;

/// <summary>Removes finished tasks and their results when their time is up. Inputs expire in StorageService by themselves.</summary>
internal sealed partial class TaskRetention(
    NpgsqlDataSource source, TaskInputs inputs, ErasedInputs erased, DatabaseMigrator migrator, IOptions<TaskOptions> options, TimeProvider time, ILogger<TaskRetention> logger) : BackgroundService
{
    private const int LinesPerStatement = 10_000;

    private const string DeleteLines =
        """
        DELETE FROM task_results WHERE ctid IN (
          SELECT r.ctid FROM task_results r JOIN tasks t ON t.id = r.task_id WHERE t.finished_at < $1 LIMIT $2)
        """;

    private const string DeleteTasks =
        "DELETE FROM tasks t WHERE finished_at < $1 AND NOT EXISTS (SELECT FROM task_results r WHERE r.task_id = t.id)";

    private const string DeleteTurns =
        "DELETE FROM task_turns turn WHERE served_at < $1 AND NOT EXISTS (SELECT FROM tasks t WHERE t.owner = turn.owner AND t.finished_at IS NULL)";

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(options.Value.SweepEvery, time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await SweepAsync(time.GetUtcNow() - options.Value.Retention, stopping);
                inputs.Sweep();
                await erased.ForgetAsync(subject: null, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                LogFailed(logger, e.Message);
            }
        }
    }

    /// <summary>In statements that are short each, however many lines there are. Any number of replicas may do it at once.</summary>
    private async Task SweepAsync(DateTimeOffset before, CancellationToken stopping)
    {
        while (await ExecuteAsync(DeleteLines, stopping, before, LinesPerStatement) > 0)
        {
        }
        var tasks = await ExecuteAsync(DeleteTasks, stopping, before);
        await ExecuteAsync(DeleteTurns, stopping, before);
        if (tasks > 0)
            LogRemoved(logger, tasks);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken stopping, params object[] values)
    {
        await using var command = source.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteNonQueryAsync(stopping);
    }

    [LoggerMessage(LogLevel.Information, "Removed {Count} tasks whose time was up")]
    private static partial void LogRemoved(ILogger logger, int count);

    [LoggerMessage(LogLevel.Warning, "Tasks whose time is up can't be removed now: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
