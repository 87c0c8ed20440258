using System.Diagnostics;

namespace ServiceDefaults.Telemetry;

/// <summary>The suite's own source of spans and the name of its meters.</summary>
public static class SuiteTelemetry
{
    public const string Name = "InferenceSuite";

    public static ActivitySource Source { get; } = new(Name);
}
