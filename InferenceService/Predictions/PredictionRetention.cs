using Microsoft.Extensions.Options;
using Npgsql;
using ServiceDefaults.Database;

namespace InferenceService.Predictions;

/// <summary>Removes predictions after <see cref="PredictionOptions.Retention"/>. Their images expire in StorageService by themselves.</summary>
internal sealed class PredictionRetention(
    NpgsqlDataSource source, DatabaseMigrator migrator, IOptions<PredictionOptions> options, TimeProvider time, ILogger<PredictionRetention> logger)
    : RetentionSweeper(source, migrator, time, logger, "predictions", options.Value.Retention, options.Value.SweepEvery);
