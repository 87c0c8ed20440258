using System.Diagnostics;
using System.Threading.Channels;
using InferenceService.Images;
using Npgsql;
using ServiceDefaults.Database;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary>What has to become durable together before one request is answered.</summary>
public sealed record LogEntry(IReadOnlyList<PredictionRecord> Predictions, IReadOnlyList<OutboxMessage> Facts, IReadOnlyList<PendingImage> Images);

/// <summary>
/// Makes predictions durable before they are answered. Group commit: whoever arrives while a commit is on its way to the
/// disk shares the next one, so the cost of a sync is divided by the load. One writer owns the channel.
/// </summary>
public sealed partial class PredictionLog(
    NpgsqlDataSource source, DatabaseMigrator migrator, OutboxSignal signal, InferenceMetrics metrics, TimeProvider time, ILogger<PredictionLog> logger)
    : BackgroundService
{
    private const int Capacity = 4096;   // requests that wait for a commit
    private const int MaxPredictions = 2048; // per commit
    private const int MaxImageBytes = 64 << 20; // per commit; Postgres takes a message of up to 1 GB
    private static readonly TimeSpan ProofAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ProbeDeadline = TimeSpan.FromSeconds(2);

    private readonly Channel<Pending> channel = Channel.CreateBounded<Pending>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly SemaphoreSlim probe = new(1, 1);
    private long provenAt = long.MinValue / 2;

    /// <summary>
    /// Says before the model runs whether the database can be written to: a commit within the last second is proof enough,
    /// else one caller asks for all.
    /// </summary>
    /// <exception cref="ProblemException">503: it can't.</exception>
    public async ValueTask EnsureAvailableAsync(CancellationToken cancellation)
    {
        if (IsProven)
            return;
        if (!await probe.WaitAsync(ProbeDeadline, cancellation))
            throw Unavailable();
        try
        {
            if (!IsProven)
                await ProbeAsync(cancellation);
        }
        finally
        {
            probe.Release();
        }
    }

    /// <summary>Returns when the entry is on disk.</summary>
    /// <exception cref="ProblemException">503: the database went away; nothing of the entry is kept.</exception>
    public async Task RecordAsync(LogEntry entry, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var pending = new Pending(entry);
        if (!channel.Writer.TryWrite(pending))
            throw ProblemException.Unavailable("log-full", "More predictions wait to be recorded than the log takes.", TimeSpan.FromSeconds(1));
        await pending.Written.Task.WaitAsync(cancellation);
        metrics.Recorded(Stopwatch.GetElapsedTime(started));
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        await migrator.Completed.WaitAsync(stopping);
        var group = new List<Pending>();
        while (await channel.Reader.WaitToReadAsync(CancellationToken.None))
        {
            group.Clear();
            Gather(group);
            await CommitAsync(group);
        }
    }

    /// <summary>What waits, up to what one commit can carry.</summary>
    private void Gather(List<Pending> group)
    {
        int predictions = 0, imageBytes = 0;
        while (predictions < MaxPredictions && imageBytes < MaxImageBytes && channel.Reader.TryRead(out var next))
        {
            group.Add(next);
            predictions += next.Entry.Predictions.Count;
            imageBytes += next.Entry.Images.Sum(image => image.Bytes.Length);
        }
    }

    public override Task StopAsync(CancellationToken cancellation)
    {
        channel.Writer.TryComplete(); // what waits is still written: its callers wait for it
        return base.StopAsync(cancellation);
    }

    private async Task CommitAsync(List<Pending> group)
    {
        try
        {
            await PredictionWriter.WriteAsync(source, group.ConvertAll(pending => pending.Entry));
            provenAt = time.GetTimestamp();
            signal.Notify();
            foreach (var pending in group)
                pending.Written.TrySetResult();
        }
        catch (PostgresException e) when (!e.IsConnectionProblem() && group.Count > 1)
        {
            // One of them can't be stored; each alone, so that it fails alone.
            LogSplit(logger, group.Count, e.MessageText);
            foreach (var pending in group)
                await CommitAsync([pending]);
        }
        catch (Exception e)
        {
            provenAt = long.MinValue / 2;
            LogFailed(logger, group.Count, e.Message);
            foreach (var pending in group)
                pending.Written.TrySetException(e is NpgsqlException npgsql && npgsql.IsConnectionProblem() ? Unavailable() : e);
        }
    }

    private bool IsProven => migrator.Completed.IsCompletedSuccessfully && time.GetElapsedTime(provenAt) < ProofAge;

    private async Task ProbeAsync(CancellationToken cancellation)
    {
        if (!migrator.Completed.IsCompletedSuccessfully)
            throw Unavailable();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ProbeDeadline);
        try
        {
            await using var command = source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(deadline.Token);
            provenAt = time.GetTimestamp();
        }
        catch (Exception e) when (e is NpgsqlException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw Unavailable();
        }
    }

    private static ProblemException Unavailable() =>
        ProblemException.Unavailable("database-unavailable", "Predictions can't be recorded now: the database does not answer.", TimeSpan.FromSeconds(2));

    private sealed record Pending(LogEntry Entry)
    {
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(LogLevel.Warning, "A commit of {Count} requests failed, trying them one by one: {Reason}")]
    private static partial void LogSplit(ILogger logger, int count, string reason);

    [LoggerMessage(LogLevel.Error, "Predictions of {Count} requests could not be recorded: {Reason}")]
    private static partial void LogFailed(ILogger logger, int count, string reason);
}
