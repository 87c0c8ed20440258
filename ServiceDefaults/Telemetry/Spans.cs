using System.Diagnostics;

namespace ServiceDefaults.Telemetry;

/// <summary>Spans for work whose times are known only afterwards, under the current one.</summary>
public static class Spans
{
    /// <param name="startedAt">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="finishedAt">From <see cref="Stopwatch.GetTimestamp"/>.</param>
    public static void Add(string name, long startedAt, long finishedAt, params ReadOnlySpan<(string Key, object Value)> tags)
    {
        if (SuiteTelemetry.Source.CreateActivity(name, ActivityKind.Internal) is not { } span)
            return;
        var now = DateTime.UtcNow;
        var nowTimestamp = Stopwatch.GetTimestamp();
        span.SetStartTime(now - Stopwatch.GetElapsedTime(startedAt, nowTimestamp));
        span.Start();
        foreach (var (key, value) in tags)
            span.SetTag(key, value);
        span.SetEndTime(now - Stopwatch.GetElapsedTime(finishedAt, nowTimestamp));
        span.Dispose();
    }
}
