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

    /// <summary>
    /// What goes up at once. An object with more is a multipart upload in parts of this size. An upload holds one part in memory.
    /// S3's smallest part is 5 MiB, and it takes 10,000 of them.
    /// </summary>
    public int PartBytes { get; init; } = 16 << 20;

    /// <summary>Uploads of more than 1 MiB at once; the others wait for their turn, so that memory has a bound.</summary>
    public int LargeUploads { get; init; } = 16;
}

internal static class BackendExtensions
{
    public static void AddObjectStore(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BackendOptions>().BindConfiguration("Storage")
            .Validate(options => options.S3.ServiceUrl is null || options.S3 is { AccessKey.Length: > 0, SecretKey.Length: > 0 },
                "Storage:S3:ServiceUrl is set: Storage:S3:AccessKey and Storage:S3:SecretKey are needed too.")
            .Validate(options => options.S3.PartBytes is >= 5 << 20 and <= 512 << 20, "Storage:S3:PartBytes is from 5 MiB to 512 MiB.")
            .Validate(options => options.S3.LargeUploads is >= 1 and <= 1000, "Storage:S3:LargeUploads is from 1 to 1000.")
            .ValidateOnStart();
        builder.Services.AddSingleton<IObjectStore>(services =>
        {
            var options = services.GetRequiredService<IOptions<BackendOptions>>().Value;
            var time = services.GetRequiredService<TimeProvider>();
            return options.S3.ServiceUrl is null ? new DiskObjectStore(options.Disk.Path) : new S3ObjectStore(options.S3, time);
        });
        builder.Services.AddHealthChecks().AddCheck<ObjectStoreHealthCheck>("objects", tags: [HealthExtensions.Ready]);
    }
}
