using System.Runtime.InteropServices;
using System.Text.Json;
using Learning.Data;
using Microsoft.Extensions.Options;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Embeddings;
using TrainingService.Evaluations;
using TrainingService.LabelKinds;
using TrainingService.Registry;
using TrainingService.Runs.Artifacts;

namespace TrainingService.Runs.Training;

/// <summary>Everything that the process which trains needs, written into its folder. Rows pass through one at a time.</summary>
internal sealed class TrainingInputs(TrainingDb db, SnapshotRows snapshots, ImageFeatures images, ImageSamples samples, ObjectFiles files, IOptions<RunOptions> options, TimeProvider time)
{
    private const int Buffer = 1 << 20, SayEvery = 50_000;

    /// <exception cref="RunFailedException">The data set is none that can be learned from, or there is no such backbone.</exception>
    public async Task<TrainingInput> WriteAsync(
        Run run, Dataset dataset, Snapshot snapshot, ReferenceSet reference, RunFolder folder, Action<RunProgress> progress, CancellationToken cancellation)
    {
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        var labels = await snapshots.CountAsync(snapshot, cancellation); // before they are read: what is erased from here on is noticed
        var coding = await LabelKind.Of(snapshot.Schema).CodingAsync(db, snapshot, values, cancellation);
        var backbone = dataset.Kind == DatasetKind.Image ? await images.FindAsync(run.Request.Backbone, cancellation) : null;
        var schema = backbone is null ? TrainingSchema.Of(snapshot.Schema, values, coding) : TableSchema.OfEmbeddings(backbone.Width, coding.Classes);

        long rows;
        await using (var file = new FileStream(folder.Rows, FileMode.CreateNew, FileAccess.Write, FileShare.None, Buffer))
        {
            using var writer = new RowsFileWriter(file, schema.Columns.Count);
            if (backbone is null)
                await WriteRowsAsync(writer, snapshot, reference, coding.Encode, progress, cancellation);
            else
            {
                var judged = await images.WriteAsync(
                    writer, backbone, dataset, snapshot, reference, coding.Encode, run.Request.Augment, run.Request.Seed, progress, cancellation);
                if (await samples.WriteAsync(folder.Images, judged, dataset.Owner, backbone, cancellation) == 0 && judged.Count > 0)
                    throw await snapshots.CountAsync(snapshot, cancellation) < labels ? new RowsErasedException() : ImageTensors.Gone(judged[0].Sha256);
                await FetchAsync(backbone, folder.Backbone, cancellation);
            }
            rows = writer.Rows;
        }
        var order = new TrainerOrder(
            schema, checked((int)rows), run.Request.Learner!, run.Request.Parameters ?? new Dictionary<string, JsonElement>(), run.Request.Grid, run.Request.Folds, run.Request.Seed,
            options.Value.TrainingThreads, options.Value.MemoryLimitBytes, options.Value.Niceness, backbone?.Tensor, backbone is null ? null : samples.ShapeOf(backbone));
        await File.WriteAllBytesAsync(folder.Order, JsonSerializer.SerializeToUtf8Bytes(order, TrainerOrder.Json), cancellation);
        return new TrainingInput(order, backbone, labels);
    }

    /// <exception cref="RowsErasedException">Rows that it has may not be learned from any more.</exception>
    public async Task RequireAsync(TrainingInput input, Dataset dataset, Snapshot snapshot, CancellationToken cancellation)
    {
        // A model publishes all values of a column; what an erasure took from the lists may have been in no row of this snapshot.
        var values = await db.LoadValuesAsync(dataset, int.MaxValue, cancellation);
        if (await snapshots.CountAsync(snapshot, cancellation) < input.Labels || input.Order.Schema.Columns.Index().Any(column => !Has(values, column.Index, column.Item.Values)))
            throw new RowsErasedException();

        static bool Has(ValueLists lists, int column, IReadOnlyList<string> known) => known.Count == 0 || lists[column].All.Take(known.Count).SequenceEqual(known);
    }

    private async Task WriteRowsAsync(
        RowsFileWriter writer, Snapshot snapshot, ReferenceSet reference, Func<string, int> encode, Action<RunProgress> progress, CancellationToken cancellation)
    {
        await foreach (var row in snapshots.ReadAsync(snapshot, cancellation))
        {
            var marks = reference.Labels.Contains(row.Id) ? RowMarks.Reference : RowMarks.None;
            writer.Add(row.Content, encode(row.Label!), marks, MemoryMarshal.Cast<byte, float>(row.Features));
            if (writer.Rows % SayEvery == 0)
                progress(new RunProgress("loading", writer.Rows, snapshot.Rows, null, null, time.GetUtcNow()));
        }
    }

    private async Task FetchAsync(Backbone backbone, string path, CancellationToken cancellation)
    {
        await using var content = await files.OpenAsync(ModelFiles.Owner, backbone.Sha256, cancellation)
            ?? throw new RunFailedException(new RunError("backbone-gone", "backbone", $"The file of {backbone.Model} {backbone.Version} is not in StorageService."));
        await using var file = File.Create(path);
        await content.CopyToAsync(file, cancellation);
    }
}

/// <param name="Backbone">For images.</param>
/// <param name="Labels">That the snapshot still had when it was read.</param>
internal sealed record TrainingInput(TrainerOrder Order, Backbone? Backbone, long Labels);

/// <summary>Somebody had their rows erased while they were trained on: the run begins again without them.</summary>
internal sealed class RowsErasedException() : Exception("Rows were erased while they were trained on.");
