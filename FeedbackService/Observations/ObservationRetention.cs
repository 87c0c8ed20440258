using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Database;

namespace FeedbackService.Observations;

/// <summary>The section <c>Observations</c>.</summary>
public sealed class ObservationOptions
{
    /// <summary>How long an observation and the feedback on it are kept; null (an empty setting) or zero keeps them until their caller is erased.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How often those whose time is up are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(1);
}

/// <summary>Removes observations after <see cref="ObservationOptions.Retention"/>, and with each the feedback on it.</summary>
internal sealed class ObservationRetention(
    NpgsqlDataSource source, DatabaseMigrator migrator, IOptions<ObservationOptions> options, TimeProvider time, ILogger<ObservationRetention> logger)
    : RetentionSweeper(source, migrator, time, logger, "observations", options.Value.Retention, options.Value.SweepEvery);
