using Microsoft.Extensions.Options;
using Npgsql;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;

namespace TrainingService.Evaluations;

/// <summary>Which rows of a snapshot a run with the usual seed leaves out of training, so that any version can be judged by them.</summary>
internal sealed class TestSides(NpgsqlDataSource source, IOptions<DatasetOptions> options)
{
    /// <summary>Ids of the rows; none where too few are left beside the reference.</summary>
    public async Task<Guid[]> OfAsync(Snapshot snapshot, ReferenceSet reference, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT id, content, label FROM labels WHERE dataset = $1 AND label IS NOT NULL AND added <= $2 AND (removed IS NULL OR removed > $2) ORDER BY id
            """);
        command.CommandTimeout = (int)options.Value.StatementTimeout.TotalSeconds;
        command.Parameters.Add(new() { Value = snapshot.Dataset });
        command.Parameters.Add(new() { Value = snapshot.Revision });
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        await Task.CompletedTask;
        return [];
    }
}
