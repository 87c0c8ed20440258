using Microsoft.Extensions.Configuration;

namespace ServiceDefaults.Http;

/// <summary>Where the other services are, from what the AppHost injects (<c>services__auth__http__0</c>).</summary>
public static class ServiceAddresses
{
    public static Uri ServiceAddress(this IConfiguration configuration, string name) =>
        configuration[$"services:{name}:http:0"] is { Length: > 0 } address
            ? new Uri(address)
            : throw new InvalidOperationException($"services:{name}:http:0 is not configured: where is {name}?");

    /// <summary>Every replica of a service: <c>inference-0</c>, <c>inference-1</c>, ... or just <c>inference</c>.</summary>
    public static IReadOnlyList<Uri> ReplicaAddresses(this IConfiguration configuration, string name) =>
        [.. configuration.GetSection("services").GetChildren()
            .Where(service => service.Key == name || service.Key.StartsWith(name + "-", StringComparison.Ordinal))
            .OrderBy(service => service.Key, StringComparer.Ordinal)
            .Select(service => service["http:0"])
            .Where(address => !string.IsNullOrEmpty(address))
            .Select(address => new Uri(address!))];
}
