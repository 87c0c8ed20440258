using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Gateway.Requests;

/// <summary>
/// From requests to AuthService's table, in batches and behind everybody's back: no request waits for its record. Too many records, or
/// ones that AuthService does not take in a few attempts, are dropped, counted, and said so once a minute.
/// </summary>
public sealed partial class RequestLog(
    RequestLogClient auth, RequestLogMetrics metrics, IOptions<RequestLogOptions> options, TimeProvider time, ILoggerFactory loggers) : BackgroundService
{
    /// <summary>The category of the line that each request is.</summary>
    public const string Lines = "Requests";

    public const int BatchSize = 500;
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];
    private static readonly TimeSpan LastDeadline = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan TellEvery = TimeSpan.FromMinutes(1);

    private readonly Channel<RequestEntry> waiting = Channel.CreateBounded<RequestEntry>(
        new BoundedChannelOptions(options.Value.Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });

    private readonly ILogger lines = loggers.CreateLogger(Lines);
    private readonly ILogger logger = loggers.CreateLogger<RequestLog>();
    private long dropped;
    private long toldAt;
    private long unadmittedMinute, unadmitted;

    public void Add(RequestEntry entry)
    {
        if (entry.Principal is null && !IsWithinBudget())
        {
            // Who is let in for nothing must not fill the disk that predictions are committed to.
            metrics.Summarised();
            return;
        }
        if (lines.IsEnabled(LogLevel.Information))
            Log(entry);
        if (!waiting.Writer.TryWrite(entry))
            Drop(1);
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        var batch = new List<RequestRecord>(BatchSize);
        try
        {
            while (await waiting.Reader.WaitToReadAsync(stopping))
            {
                await Task.Delay(BatchTime, time, stopping); // who comes first waits for company; nobody is held up by it
                while (Fill(batch) > 0)
                    await SendAsync(batch, Pauses, stopping);
                TellIfDropped();
            }
        }
        finally
        {
            await FlushAsync(batch);
        }
    }

    /// <summary>What is left when the gateway stops: one attempt.</summary>
    private async Task FlushAsync(List<RequestRecord> batch)
    {
        using var deadline = new CancellationTokenSource(LastDeadline, time);
        while ((batch.Count > 0 || Fill(batch) > 0) && !deadline.IsCancellationRequested)
            await SendAsync(batch, [], deadline.Token);
        Drop(batch.Count + waiting.Reader.Count);
        TellIfDropped();
    }

    private bool IsWithinBudget()
    {
        var minute = time.GetUtcNow().Ticks / TimeSpan.TicksPerMinute;
        if (Interlocked.Exchange(ref unadmittedMinute, minute) != minute)
            Volatile.Write(ref unadmitted, 0);
        return Interlocked.Increment(ref unadmitted) <= options.Value.UnadmittedPerMinute;
    }

    private int Fill(List<RequestRecord> batch)
    {
        while (batch.Count < BatchSize && waiting.Reader.TryRead(out var entry))
            batch.Add(RequestRecord.Of(entry));
        return batch.Count;
    }

    /// <summary>Empties the batch, unless it is cancelled.</summary>
    private async Task SendAsync(List<RequestRecord> batch, TimeSpan[] pauses, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await auth.SendAsync(batch, cancellation);
                metrics.Kept(batch.Count);
                break;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                if (attempt == pauses.Length)
                {
                    LogRefused(logger, attempt + 1, e.Message);
                    Drop(batch.Count);
                    break;
                }
                await Task.Delay(pauses[attempt], time, cancellation);
            }
            catch (TaskCanceledException) when (pauses.Length == 0)
            {
                Drop(batch.Count); // the last attempt, and no time is left
                break;
            }
        }
        batch.Clear();
    }

    private void Drop(int records)
    {
        if (records == 0)
            return;
        Interlocked.Add(ref dropped, records);
        metrics.Dropped(records);
    }

    private void TellIfDropped()
    {
        var now = time.GetTimestamp();
        if (Volatile.Read(ref dropped) == 0 || toldAt != 0 && time.GetElapsedTime(toldAt, now) < TellEvery)
            return;
        toldAt = now;
        LogDropped(logger, Interlocked.Exchange(ref dropped, 0));
    }

    private void Log(RequestEntry e) => LogRequest(
        lines, e.Method, e.Path, e.Status, e.Milliseconds, e.RequestId, e.Principal, e.KeyPrefix, e.Address, e.Route, e.BytesIn, e.BytesOut, e.UserAgent, e.Items);

    [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {Milliseconds} ms: request {RequestId} of {Principal} with key {KeyPrefix} from {Address}, route {Route}, {BytesIn} bytes in, {BytesOut} out, by {UserAgent}, {Items} items")]
    private static partial void LogRequest(
        ILogger logger, string method, string path, int status, double milliseconds, string requestId, string? principal, string? keyPrefix, string? address, string? route, long bytesIn, long bytesOut, string? userAgent, int items);

    [LoggerMessage(LogLevel.Debug, "AuthService did not take the request log in {Attempts} attempts: {Reason}")]
    private static partial void LogRefused(ILogger logger, int attempts, string reason);

    [LoggerMessage(LogLevel.Warning, "{Count} requests are missing in the request log: AuthService did not take them fast enough (Gateway:RequestLog:Capacity)")]
    private static partial void LogDropped(ILogger logger, long count);
}
