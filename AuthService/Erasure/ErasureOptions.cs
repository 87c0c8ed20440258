using System.ComponentModel.DataAnnotations;

namespace AuthService.Erasure;

/// <summary>The section <c>Auth:Erasure</c>.</summary>
public sealed class ErasureOptions
{
    private static readonly string[] All = ["auth", "feedback", "inference", "storage", "training"];

    /// <summary>Who has to answer before somebody counts as erased. Absent: every service that there is.</summary>
    public string[]? Services { get; init; }

    /// <summary>An erasure that is not done by then is reported: in the log, as a metric, in the health details.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan AlarmAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>When services that have not answered are asked again; then after twice as long, and so on.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan RepeatAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest pause between two askings.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan MaxRepeatInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often open erasures are looked after.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the receipt of a finished erasure can be asked for.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepReceipts { get; init; } = TimeSpan.FromDays(365);

    /// <summary>A sign-in this recent needs no password to erase the account.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan RecentSignIn { get; init; } = TimeSpan.FromMinutes(5);

    public IReadOnlyList<string> ExpectedServices => Services ?? All;
}
