using System.ComponentModel.DataAnnotations;

namespace AuthService.Export;

/// <summary>The section <c>Auth:Export</c>.</summary>
public sealed class ExportOptions
{
    private static readonly string[] All = ["inference", "feedback", "storage", "training"];

    /// <summary>Services that are asked for what they keep, besides this one. Absent: every service that keeps something.</summary>
    public string[]? Services { get; init; }

    /// <summary>Exports that this instance writes at once; further ones are refused with 503. A caller has one at a time.</summary>
    [Range(1, 1000)]
    public int MaxAtOnce { get; init; } = 4;

    /// <summary>How long one service may take until its last byte.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "12:00:00")]
    public TimeSpan ServiceDeadline { get; init; } = TimeSpan.FromMinutes(10);

    public IReadOnlyList<string> AskedServices => Services ?? All;
}
