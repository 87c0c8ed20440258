using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using ServiceDefaults.Health;

namespace StorageService.Backends;

/// <summary>Where objects go: a bucket when <see cref="S3Options.ServiceUrl"/> is set, a folder otherwise. Configured under <c>Storage</c>.</summary>
internal sealed class BackendOptions
{
    public DiskOptions Disk { get; init; } = new();

    public S3Options S3 { get; init; } = new();
}

internal sealed class DiskOptions
{
    /// <summary>The folder that holds the objects; relative to the working folder. Made when missing.</summary>
    [Required]
    public string Path { get; init; } = "objects";
}

internal sealed class S3Options
{
    /// <summary>For example <c>http://minio:9000</c>. Null: there is no bucket, objects go to disk.</summary>
    public string? ServiceUrl { get; init; }

    /// <summary>Made when missing.</summary>
    public string Bucket { get; init; } = "inference-suite";

    public string? AccessKey { get; init; }

    public string? SecretKey { get; init; }

    public string Region { get; init; } = "us-east-1";
}

internal static class BackendExtensions
{
    public static void AddObjectStore(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BackendOptions>().BindConfiguration("Storage")
            .Validate(options => options.S3.ServiceUrl is null || options.S3 is { AccessKey.Length: > 0, SecretKey.Length: > 0 },
                "Storage:S3:ServiceUrl is set: Storage:S3:AccessKey and Storage:S3:SecretKey are needed too.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IObjectStore>(services =>
        {
            var options = services.GetRequiredService<IOptions<BackendOptions>>().Value;
            var time = services.GetRequiredService<TimeProvider>();
            return options.S3.ServiceUrl is null ? new DiskObjectStore(options.Disk.Path, time) : new S3ObjectStore(options.S3, time);
        });
        builder.Services.AddHealthChecks().AddCheck<ObjectStoreHealthCheck>("objects", tags: [HealthExtensions.Ready]);
    }
}
