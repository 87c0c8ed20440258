using System.Diagnostics.Metrics;
using ServiceDefaults.Telemetry;

namespace ServiceDefaults.Outbox;

internal sealed class OutboxMetrics
{
    private readonly Counter<long> published;
    private readonly Histogram<double> lag;

    public OutboxMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        published = meter.CreateCounter<long>("suite.outbox.published", "{event}", "Events confirmed by the broker.");
        lag = meter.CreateHistogram<double>("suite.outbox.lag", "s", "From the commit of a fact to the broker's confirm.");
    }

    public void Published(OutboxMessage message, DateTimeOffset now)
    {
        var type = new KeyValuePair<string, object?>("event.type", message.Type);
        published.Add(1, type);
        lag.Record((now - message.Time).TotalSeconds, type);
    }
}
