using ServiceDefaults.Health;

namespace StorageService.Integrity;

/// <summary>How what is stored is held against what is on record. Configured under <c>Storage</c>.</summary>
internal sealed class IntegrityOptions
{
    public ScrubOptions Scrub { get; init; } = new();

    public OrphanOptions Orphans { get; init; } = new();
}

internal sealed class ScrubOptions
{
    /// <summary>How often every object is read and its hash compared; null (an empty setting): never.</summary>
    public TimeSpan? Every { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How much of the store's bandwidth it may take.</summary>
    public long BytesPerSecond { get; init; } = 16 << 20;
}

internal sealed class OrphanOptions
{
    /// <summary>How often bytes are looked for that no row speaks of.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(6);

    /// <summary>How old they must be; longer than any upload takes.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromDays(1);
}

internal static class IntegrityExtensions
{
    public static void AddIntegrity(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<IntegrityOptions>().BindConfiguration("Storage")
            .Validate(options => options.Scrub.Every is not { } every || every >= TimeSpan.FromMilliseconds(100), "Storage:Scrub:Every is at least 0.1 s, or empty.")
            .Validate(options => options.Scrub.BytesPerSecond >= 1024, "Storage:Scrub:BytesPerSecond is at least 1024.")
            .Validate(options => options.Orphans.SweepEvery >= TimeSpan.FromMilliseconds(100), "Storage:Orphans:SweepEvery is at least 0.1 s.")
            .Validate(options => options.Orphans.Grace >= TimeSpan.Zero, "Storage:Orphans:Grace is not negative.")
            .ValidateOnStart();
        builder.Services.AddSingleton<ObjectMetrics>();
        builder.Services.AddSingleton<ObjectCheck>();
        builder.Services.AddHostedService<Scrubber>();
        builder.Services.AddHostedService<OrphanSweeper>();
        builder.Services.AddHealthChecks().AddCheck<IntegrityHealthCheck>("integrity", tags: [HealthExtensions.Ready]);
    }
}
