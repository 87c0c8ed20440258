using ServiceDefaults.Database;

namespace Integration;

/// <summary>The clock on the wall, moved by a test; timers run as ever.</summary>
internal sealed class ShiftedTime : DatabaseTime
{
    private TimeSpan shift;

    public void Advance(TimeSpan by) => shift += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
