using System.ComponentModel.DataAnnotations;
using InferenceService.Execution;
using Microsoft.Extensions.Options;

namespace InferenceService.Models;

/// <summary>The section <c>Models</c>.</summary>
public sealed class ModelOptions
{
    /// <summary>Folder for model files and the registry's last answer. Each replica has its own.</summary>
    [Required]
    public string CachePath { get; init; } = "";

    [ValidateObjectMembers]
    public ExecutionOptions Execution { get; init; } = new();

    /// <summary>How often the registry is asked even when no event came: an event may pass while the broker is away.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan ResyncInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a version that failed to load is left alone before it is tried again.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LoadRetryInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Versions of one model in memory, the live one included and one that was asked for in any case. Past that the one asked for longest ago is let go.</summary>
    [Range(1, 16)]
    public int MaxVersionsPerModel { get; init; } = 3;

    /// <summary>How long a version that is not live stays in memory after the last request that named it.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan VersionIdleTime { get; init; } = TimeSpan.FromMinutes(10);
}
