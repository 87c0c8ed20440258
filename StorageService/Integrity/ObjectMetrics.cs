using System.Diagnostics.Metrics;
using ServiceDefaults.Telemetry;

namespace StorageService.Integrity;

internal sealed class ObjectMetrics
{
    private readonly Counter<long> scrubbed, damaged, orphans;

    public ObjectMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(SuiteTelemetry.Name);
        scrubbed = meter.CreateCounter<long>("suite.objects.scrubbed", "By", "Content that was read to compare its hash.");
        damaged = meter.CreateCounter<long>("suite.objects.damaged", "{object}", "Objects whose bytes were found to be wrong or gone.");
        orphans = meter.CreateCounter<long>("suite.objects.orphans", "{object}", "Bytes that no row spoke of, removed.");
    }

    public void Scrubbed(long bytes) => scrubbed.Add(bytes);

    /// <param name="by"><c>read</c> or <c>scrub</c>.</param>
    public void Damaged(string by) => damaged.Add(1, new KeyValuePair<string, object?>("found.by", by));

    public void OrphansRemoved(int count) => orphans.Add(count);
}
