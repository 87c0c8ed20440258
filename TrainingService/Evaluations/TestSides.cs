using Learning.Data;
using Microsoft.Extensions.Options;
using Npgsql;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.LabelKinds;

namespace TrainingService.Evaluations;

/// <summary>
/// Which rows of a snapshot a run leaves out of training, so that a version can be judged by them, wherever it was trained: by the seed of the run that
/// made it, or the usual one.
/// </summary>
internal sealed class TestSides(NpgsqlDataSource source, IOptions<DatasetOptions> options)
{
    private const double ValidationShare = 0.1, TestShare = 0.1; // as of a run

    /// <summary>Ids of the rows; none where only the reference is left, or too little beside it.</summary>
    public async Task<Guid[]> OfAsync(Snapshot snapshot, ReferenceSet reference, LabelCoding coding, ulong seed, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("""
            SELECT id, content, label FROM labels WHERE dataset = $1 AND label IS NOT NULL AND added <= $2 AND (removed IS NULL OR removed > $2) ORDER BY id
            """);
        command.CommandTimeout = (int)options.Value.StatementTimeout.TotalSeconds;
        command.Parameters.Add(new() { Value = snapshot.Dataset });
        command.Parameters.Add(new() { Value = snapshot.Revision });
        // A split asks for labels and contents alone: a column of nothing stands for the cells.
        var table = new TableBuilder(coding.SchemaOf([new Column("nothing", ColumnKind.Number)]));
        var (ids, contents, marks) = (new List<Guid>(), new List<UInt128>(), new List<bool>());
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            var id = rows.GetGuid(0);
            ids.Add(id);
            contents.Add(ContentOf(rows.GetGuid(1)));
            marks.Add(reference.Labels.Contains(id));
            coding.Add(table, [0], coding.Encode(rows.GetString(2)));
        }
        var split = Split.Stratified(table.Build(), ValidationShare, TestShare, seed, new RowOrigins([.. contents], [.. marks]), cancellation);
        return [.. split.Test.Select(row => ids[row])];
    }

    // As RowsFileReader reads it.
    private static UInt128 ContentOf(Guid content)
    {
        Span<byte> bytes = stackalloc byte[16];
        content.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
