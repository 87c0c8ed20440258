using System.Diagnostics.Metrics;
using ServiceDefaults.Telemetry;

namespace Gateway.Requests;

public sealed class RequestLogMetrics
{
    private readonly Counter<long> kept;
    private readonly Counter<long> dropped;
    private readonly Counter<long> summarised;

    public RequestLogMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        kept = meter.CreateCounter<long>("suite.requestlog.kept", "{request}", "Requests whose record AuthService has.");
        dropped = meter.CreateCounter<long>("suite.requestlog.dropped", "{request}", "Requests whose record was lost: too many waited, or AuthService did not take them.");
        summarised = meter.CreateCounter<long>("suite.requestlog.summarised", "{request}", "Requests that nobody was let in for, over the number that is kept (Gateway:RequestLog:UnadmittedPerMinute).");
    }

    public void Kept(int records) => kept.Add(records);

    public void Summarised() => summarised.Add(1);

    public void Dropped(int records) => dropped.Add(records);
}
