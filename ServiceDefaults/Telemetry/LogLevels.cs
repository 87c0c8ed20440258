using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace ServiceDefaults.Telemetry;

/// <summary>
/// How much the libraries may say in a log. The services' own lines are Information; a library speaks when something is
/// wrong. Lowest in the configuration, so that appsettings or <c>Logging__LogLevel__Npgsql=Debug</c> have the last word.
/// </summary>
internal static class LogLevels
{
    private static readonly Dictionary<string, string?> Defaults = new()
    {
        ["Default"] = "Information",
        ["Microsoft.AspNetCore"] = "Warning",
        ["Microsoft.AspNetCore.Diagnostics"] = "Error",
        ["Microsoft.EntityFrameworkCore"] = "Warning",
        // Who asks for /health/ready reads the reason there; a service that starts is not an error every two seconds.
        ["Microsoft.Extensions.Diagnostics.HealthChecks"] = "None",
        ["MassTransit"] = "Error", // a broker that is away is a warning of ours already, without its stack trace
        ["Npgsql"] = "Warning",
        ["ServiceDefaults.Authentication"] = "Warning",
        ["Gateway.Identity.EdgeAuthenticationHandler"] = "Warning",
        ["System.Net.Http.HttpClient"] = "Warning",
        ["Yarp"] = "Warning",
        // A client that goes away is no warning; what a service fails to answer, the caller is told.
        ["Yarp.ReverseProxy.Forwarder.HttpForwarder"] = "Error",
    };

    /// <summary>One line each, with its time.</summary>
    private static readonly Dictionary<string, string?> Format = new()
    {
        ["Logging:Console:FormatterName"] = "simple",
        ["Logging:Console:FormatterOptions:SingleLine"] = "true",
        ["Logging:Console:FormatterOptions:TimestampFormat"] = "HH:mm:ss.fff ",
        ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
    };

    public static void AddLogLevels(this ConfigurationManager configuration) =>
        configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = Format.Concat(Defaults.Select(level => KeyValuePair.Create($"Logging:LogLevel:{level.Key}", level.Value))),
        });
}
