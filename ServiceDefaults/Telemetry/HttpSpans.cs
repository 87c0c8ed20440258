using System.Diagnostics;
using OpenTelemetry;

namespace ServiceDefaults.Telemetry;

/// <summary>
/// Names a request's span as OpenTelemetry wants it, method and route, and keeps health probes out of the traces:
/// they would bury what people look for.
/// </summary>
internal sealed class HttpSpans : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (IsPartOfProbe(data))
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        else if (data.Source.Name == "Microsoft.AspNetCore" && data.GetTagItem("http.request.method") is string method)
            data.DisplayName = data.GetTagItem("http.route") is string route ? $"{method} {route}" : method;
    }

    private static bool IsPartOfProbe(Activity? span)
    {
        for (; span is not null; span = span.Parent)
        {
            if (IsProbe(span.GetTagItem("url.path")) || IsProbe(span.GetTagItem("url.full")))
                return true;
        }
        return false;
    }

    // GET /health is a route that people call; only these two are probes, asked (a path) or asking (a whole address).
    private static bool IsProbe(object? url) =>
        url is string text && (text.EndsWith("/health/live", StringComparison.Ordinal) || text.EndsWith("/health/ready", StringComparison.Ordinal));
}
