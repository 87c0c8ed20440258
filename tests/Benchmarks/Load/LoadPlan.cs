namespace Benchmarks.Load;

/// <summary>One run of the generator, as the bench orders it.</summary>
public sealed record LoadPlan
{
    public required Uri Target { get; init; }

    /// <summary>Beyond Host, Content-Type and Content-Length.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>A folder of JPEGs, sent as the form field <c>file</c>, each copy with a number of its own in a comment segment.</summary>
    public string? Photos { get; init; }

    /// <summary>In place of photos: a JSON body in which <see cref="StampMark"/> is replaced by 16 digits, new ones each time.</summary>
    public string? Json { get; init; }

    public const string StampMark = "{stamp}";

    /// <summary>Connections, and so the most requests in flight.</summary>
    public required int Connections { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Open loop: requests become due at this mean rate whatever the answers do, and latency counts from then. Null: closed loop.</summary>
    public double? PerSecond { get; init; }

    /// <summary>0..1: how many of the callers hang up before the answer, after a time drawn from 0 to <see cref="AbandonWithinMs"/>.</summary>
    public double AbandonShare { get; init; }

    public double AbandonWithinMs { get; init; }
}
