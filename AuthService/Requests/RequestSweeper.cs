using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Database;

namespace AuthService.Requests;

/// <summary>Deletes what is older than <see cref="RequestLogOptions.Retention"/>, a few thousand rows at a time so that nobody waits for it.</summary>
public sealed partial class RequestSweeper(
    NpgsqlDataSource source, DatabaseMigrator migrator, IOptions<RequestLogOptions> options, TimeProvider time, ILogger<RequestSweeper> logger) : BackgroundService
{
    private const int RowsAtOnce = 5000;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await SweepAsync(stopping);
            }
            catch (NpgsqlException e)
            {
                LogFailed(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    public async Task<long> SweepAsync(CancellationToken cancellation)
    {
        var before = time.GetUtcNow() - options.Value.Retention;
        for (long deleted = 0; ;)
        {
            await using var delete = source.CreateCommand(
                "DELETE FROM request_log WHERE (time, id) IN (SELECT time, id FROM request_log WHERE time < $1 ORDER BY time, id LIMIT $2)");
            delete.Parameters.AddRange((NpgsqlParameter[])[new() { Value = before }, new() { Value = RowsAtOnce }]);
            var rows = await delete.ExecuteNonQueryAsync(cancellation);
            deleted += rows;
            if (rows < RowsAtOnce)
                return deleted;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Old requests could not be deleted; tried again in ten minutes: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
