using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Labels;
using TrainingService.Embeddings;
using TrainingService.LabelKinds;
using TrainingService.Serving;

namespace TrainingService.Evaluations;

/// <summary>What a version answers to rows of a data set, by the suite's own inference: admission and serving are those that everybody gets.</summary>
internal sealed class VersionAnswers(LabelReader reader, ImageTensors images, InferenceClient inference, IOptions<DatasetOptions> options)
{
    private const int RowsAtOnce = 2048, ImagesAtOnce = 32, ImagesBeingRead = 4;
    private const long MostAnswers = 50_000_000; // 200 MB of probabilities

    /// <param name="revision">Whose labels count.</param>
    /// <param name="ids">Of the rows; those that are not there at the revision are left out.</param>
    /// <param name="done">Told how many rows were answered.</param>
    /// <exception cref="HttpRequestException">InferenceService does not answer, for minutes.</exception>
    /// <exception cref="ProblemException">It refuses, the answers are none of a classification, or 409 <c>too-large</c>: there would be too many.</exception>
    /// <exception cref="Runs.RunFailedException">An image can't be read.</exception>
    public async Task<Answers> AskAsync(VersionOnDataset fit, int revision, Guid[] ids, Action<int> done, CancellationToken cancellation)
    {
        var reading = fit.Reading;
        if ((long)ids.Length * reading.Width > MostAnswers)
            throw ProblemException.Conflict("too-large", $"{ids.Length} rows by {reading.Width} classes are too many to be judged by: {MostAnswers} answers are the most. Choose fewer reference rows.");
        var (labels, answers, rowsDone) = (new int[ids.Length], new float[ids.Length * reading.Width], 0);
        var rows = reader.ReadAsync(
            fit.Dataset.Number, "l.label IS NOT NULL AND l.added <= $2 AND (l.removed IS NULL OR l.removed > $2) AND l.id = ANY($3) ORDER BY l.id",
            [revision, ids], options.Value.StatementTimeout, cancellation);
        await foreach (var chunk in rows.Chunk(fit.Columns is null ? ImagesAtOnce : RowsAtOnce).WithCancellation(cancellation))
        {
            var given = await AskAsync(fit, chunk, cancellation);
            var width = given.Length / chunk.Length;
            foreach (var (i, row) in chunk.Index())
            {
                reading.Read(given.AsSpan(i * width, width), answers.AsSpan(rowsDone * reading.Width, reading.Width));
                labels[rowsDone++] = reading.Encode(row.Label!);
            }
            done(rowsDone);
        }
        return rowsDone == ids.Length ? reading.Collect(labels, answers) : reading.Collect(labels[..rowsDone], answers[..(rowsDone * reading.Width)]);
    }

    private async Task<float[]> AskAsync(VersionOnDataset fit, StoredLabel[] rows, CancellationToken cancellation)
    {
        var (cells, shape) = fit.Columns is { } columns ? (Cells(columns, rows), [columns.Width]) : await TensorsAsync(fit, rows, cancellation);
        return await inference.InferAsync(fit.Version.Model, fit.Version.Version, fit.Manifest.Output!.Name, cells, rows.Length, shape, cancellation);
    }

    private static float[] Cells(ColumnMap columns, StoredLabel[] rows)
    {
        var cells = new float[rows.Length * columns.Width];
        foreach (var (i, row) in rows.Index())
            columns.Write(row.Features, cells.AsSpan(i * columns.Width, columns.Width));
        return cells;
    }

    private async Task<(float[] Tensors, int[] Shape)> TensorsAsync(VersionOnDataset fit, StoredLabel[] rows, CancellationToken cancellation)
    {
        var manifest = fit.Version.Manifest;
        var shape = images.ShapeOf(manifest);
        var length = shape.Aggregate(1, (product, side) => product * side);
        var tensors = new float[rows.Length * length];
        var reading = new ParallelOptions { MaxDegreeOfParallelism = ImagesBeingRead, CancellationToken = cancellation };
        await Parallel.ForEachAsync(rows.Index(), reading, async (row, stop) =>
            (await images.ReadAsync(fit.Dataset.Owner, row.Item.Image!, manifest, stop)).CopyTo(tensors, row.Index * length));
        return (tensors, shape);
    }
}
