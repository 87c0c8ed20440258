using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Gateway.Transport;

/// <summary>Whose word about the caller's address is taken. Configured as <c>Gateway:ForwardedHeaders</c>.</summary>
public sealed class ForwardingOptions : IValidatableObject
{
    /// <summary>Addresses (<c>10.0.0.7</c>) and networks (<c>10.0.0.0/8</c>). Empty: nobody's, and <c>X-Forwarded-*</c> is dropped.</summary>
    public string[] KnownProxies { get; set; } = [];

    public bool Knows(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return KnownProxies.Any(entry => IPAddress.TryParse(entry, out var known) ? known.Equals(plain) : IPNetwork.Parse(entry).Contains(plain));
    }

    public IEnumerable<ValidationResult> Validate(ValidationContext context) => KnownProxies
        .Where(entry => !IPAddress.TryParse(entry, out _) && !IPNetwork.TryParse(entry, out _))
        .Select(entry => new ValidationResult($"Gateway:ForwardedHeaders:KnownProxies: '{entry}' is neither an address nor a network.", [nameof(KnownProxies)]));
}

public static class KnownProxiesExtensions
{
    public static void AddKnownProxies(this WebApplicationBuilder builder) =>
        builder.Services.AddOptions<ForwardingOptions>().BindConfiguration("Gateway:ForwardedHeaders").ValidateDataAnnotations().ValidateOnStart();

    /// <summary>First of all: who the caller is follows from it. Through several known proxies, back to the first that is not known.</summary>
    public static void UseKnownProxies(this IApplicationBuilder app)
    {
        var known = app.ApplicationServices.GetRequiredService<IOptions<ForwardingOptions>>().Value.KnownProxies;
        if (known.Length == 0)
            return;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var entry in known)
        {
            if (IPAddress.TryParse(entry, out var address))
                options.KnownProxies.Add(address);
            else
                options.KnownIPNetworks.Add(IPNetwork.Parse(entry));
        }
        app.UseForwardedHeaders(options);
    }
}
