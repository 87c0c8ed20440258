using System.Diagnostics;
using OpenTelemetry;

namespace ServiceDefaults.Telemetry;

/// <summary>Keeps health probes, and what they cause, out of the traces: they would bury what people look for.</summary>
internal sealed class ProbeFilter : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        for (var span = data; span is not null; span = span.Parent)
        {
            if (IsProbe(span.GetTagItem("url.path")) || IsProbe(span.GetTagItem("url.full")))
            {
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
                return;
            }
        }
    }

    // GET /health is a route that people call; only these two are probes, asked (a path) or asking (a whole address).
    private static bool IsProbe(object? url) =>
        url is string text && (text.EndsWith("/health/live", StringComparison.Ordinal) || text.EndsWith("/health/ready", StringComparison.Ordinal));
}
