namespace ServiceDefaults.Database;

/// <summary>The system's time in microseconds, which is what Postgres keeps: a time answered now and read back later is the same.</summary>
public class DatabaseTime : TimeProvider
{
    public override DateTimeOffset GetUtcNow()
    {
        var now = base.GetUtcNow();
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
    }
}
