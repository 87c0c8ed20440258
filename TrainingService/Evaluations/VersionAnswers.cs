using System.Buffers.Binary;
using Learning.Evaluation;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Labels;
using TrainingService.Embeddings;
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
        var index = fit.Classes.Index().ToDictionary(each => each.Item, each => each.Index, StringComparer.Ordinal);
        if ((long)ids.Length * fit.Classes.Count > MostAnswers)
            throw ProblemException.Conflict("too-large", $"{ids.Length} rows by {fit.Classes.Count} classes are too many to be judged by: {MostAnswers} answers are the most. Choose fewer reference rows.");
        var (labels, probabilities, rowsDone) = (new int[ids.Length], new float[ids.Length * fit.Classes.Count], 0);
        var rows = reader.ReadAsync(
            fit.Dataset.Number, "l.label IS NOT NULL AND l.added <= $2 AND (l.removed IS NULL OR l.removed > $2) AND l.id = ANY($3) ORDER BY l.id",
            [revision, ids], options.Value.StatementTimeout, cancellation);
        await foreach (var chunk in rows.Chunk(fit.Columns is null ? ImagesAtOnce : RowsAtOnce).WithCancellation(cancellation))
        {
            (await AskAsync(fit, chunk, cancellation)).CopyTo(probabilities, rowsDone * fit.Classes.Count);
            foreach (var row in chunk)
                labels[rowsDone++] = index[row.Label!];
            done(rowsDone);
        }
        return rowsDone == ids.Length ? new Answers(fit.Classes, labels, probabilities) : new Answers(fit.Classes, labels[..rowsDone], probabilities[..(rowsDone * fit.Classes.Count)]);
    }

    private async Task<float[]> AskAsync(VersionOnDataset fit, StoredLabel[] rows, CancellationToken cancellation)
    {
        var (cells, shape) = fit.Columns is { } columns ? (Cells(columns, rows), [columns.Width]) : await TensorsAsync(fit, rows, cancellation);
        var answers = await inference.InferAsync(fit.Version.Model, fit.Version.Version, fit.Manifest.Output!.Name, cells, rows.Length, shape, cancellation);
        return ByClass(fit, answers, rows.Length);
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

    /// <summary>From the version's labels to the classes; one that it does not know is never its answer.</summary>
    private static float[] ByClass(VersionOnDataset fit, float[] answers, int rows)
    {
        var (width, known) = (answers.Length / rows, new float[fit.Labels.Length]);
        var probabilities = new float[rows * fit.Classes.Count];
        for (var row = 0; row < rows; row++)
        {
            fit.Manifest.ToProbabilities(answers.AsSpan(row * width, width), width, known);
            for (var label = 0; label < known.Length; label++)
                probabilities[(row * fit.Classes.Count) + fit.Labels[label]] = known[label];
        }
        return probabilities;
    }
}

/// <summary>Labels and answers, row by row.</summary>
/// <param name="Labels">Indices of <paramref name="Classes"/>.</param>
/// <param name="Probabilities">[rows, classes]</param>
internal sealed record Answers(IReadOnlyList<string> Classes, int[] Labels, float[] Probabilities)
{
    public EvaluationReport Evaluate() => Evaluator.Evaluate(Classes, Labels, Probabilities);

    /// <summary>As <see cref="Evaluation.Answers"/> has them.</summary>
    public byte[] Predicted()
    {
        var predicted = Evaluator.Predicted(Probabilities, Classes.Count);
        var bytes = new byte[predicted.Length * sizeof(short)];
        for (var row = 0; row < predicted.Length; row++)
            BinaryPrimitives.WriteInt16LittleEndian(bytes.AsSpan(row * sizeof(short)), checked((short)predicted[row]));
        return bytes;
    }
}
