using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Gateway.Identity;

/// <summary>Whether callers without credentials are admitted, where the <see cref="Routing.RouteTable"/> says so. Configured as <c>Gateway:Guest</c>.</summary>
public sealed class GuestOptions
{
    /// <summary>Absent: in Development only. Never in Production, whatever is set.</summary>
    public bool? Enabled { get; set; }

    /// <summary>Per address.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerMinute { get; set; } = 600;
}

/// <summary>The decision of <see cref="GuestOptions"/> for this process.</summary>
public sealed class Guests(IOptions<GuestOptions> options, IHostEnvironment environment)
{
    public bool AreAdmitted { get; } = !environment.IsProduction() && (options.Value.Enabled ?? environment.IsDevelopment());
}
