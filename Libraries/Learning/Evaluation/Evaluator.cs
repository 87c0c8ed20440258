namespace Learning.Evaluation;

/// <summary>Labels and probabilities to an <see cref="EvaluationReport"/>.</summary>
public static class Evaluator
{
    private const int Bins = 10;
    private const double LeastProbability = 1e-15;

    /// <param name="labels">Indices into <paramref name="classes"/>.</param>
    /// <param name="probabilities"><c>[rows,classes]</c></param>
    /// <exception cref="ArgumentException">Nothing to evaluate, lengths that do not match, a label or a probability that is none.</exception>
    public static EvaluationReport Evaluate(IReadOnlyList<string> classes, int[] labels, float[] probabilities)
    {
        Require(classes, labels, probabilities);
        var predicted = Predicted(probabilities, classes.Count);
        var confusion = Confusion(classes.Count, labels, predicted);
        var (reports, roc, precisionRecall) = (new ClassReport[classes.Count], new List<Curve>(), new List<Curve>());
        var drawn = classes.Count == 2 ? 1 : 0; // from here on
        for (var k = 0; k < classes.Count; k++)
        {
            // One at a time: each is as long as there are rows.
            var ranking = new Ranking([.. labels.Select((_, row) => probabilities[(row * classes.Count) + k])], [.. labels.Select(label => label == k)]);
            reports[k] = Report(classes[k], k, confusion, ranking.RocAuc());
            if (k < drawn)
                continue;
            roc.Add(ranking.Roc(classes[k]));
            precisionRecall.Add(ranking.PrecisionRecall(classes[k]));
        }
        var occurring = reports.Where(report => report.Support > 0).ToArray();
        var right = Enumerable.Range(0, classes.Count).Sum(k => confusion[k][k]);
        var calibration = Calibration(labels, predicted, probabilities, classes.Count);
        var areas = reports.Skip(drawn).Select(report => report.RocAuc).OfType<double>().ToArray();
        return new EvaluationReport(
            labels.Length, (double)right / labels.Length, Interval.Wilson(right, labels.Length),
            occurring.Average(report => report.Precision), occurring.Average(report => report.Recall), occurring.Average(report => report.F1),
            areas.Length > 0 ? areas.Average() : null,
            labels.Select((label, row) => -Math.Log(Math.Max(probabilities[(row * classes.Count) + label], LeastProbability))).Average(),
            calibration.Sum(bin => bin.Rows * Math.Abs(bin.Confidence - bin.Accuracy)) / labels.Length,
            reports, confusion,
            [.. roc.Where(curve => curve.Points.Count > 0)],
            [.. precisionRecall.Where(curve => curve.Points.Count > 0)],
            calibration);
    }

    /// <summary>The class of the highest probability of each row, the first of equals.</summary>
    public static int[] Predicted(float[] probabilities, int classes)
    {
        var predicted = new int[probabilities.Length / classes];
        for (var row = 0; row < predicted.Length; row++)
        {
            for (var k = 1; k < classes; k++)
                predicted[row] = probabilities[(row * classes) + k] > probabilities[(row * classes) + predicted[row]] ? k : predicted[row];
        }
        return predicted;
    }

    private static ClassReport Report(string name, int k, int[][] confusion, double? rocAuc)
    {
        var (right, support, called) = (confusion[k][k], confusion[k].Sum(), confusion.Sum(row => row[k]));
        var (precision, recall) = (called == 0 ? 0 : (double)right / called, support == 0 ? 0 : (double)right / support);
        var f1 = precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
        return new ClassReport(name, support, precision, recall, f1, rocAuc, Interval.Wilson(right, called), Interval.Wilson(right, support));
    }

    private static int[][] Confusion(int classes, int[] labels, int[] predicted)
    {
        var confusion = Enumerable.Range(0, classes).Select(_ => new int[classes]).ToArray();
        for (var row = 0; row < labels.Length; row++)
            confusion[labels[row]][predicted[row]]++;
        return confusion;
    }

    private static CalibrationBin[] Calibration(int[] labels, int[] predicted, float[] probabilities, int classes)
    {
        var (rows, right, confidence) = (new int[Bins], new int[Bins], new double[Bins]);
        for (var row = 0; row < labels.Length; row++)
        {
            double highest = probabilities[(row * classes) + predicted[row]];
            var bin = Math.Min(Bins - 1, (int)(highest * Bins));
            rows[bin]++;
            right[bin] += predicted[row] == labels[row] ? 1 : 0;
            confidence[bin] += highest;
        }
        return [.. Enumerable.Range(0, Bins).Where(bin => rows[bin] > 0).Select(bin =>
            new CalibrationBin((double)bin / Bins, (bin + 1.0) / Bins, rows[bin], confidence[bin] / rows[bin], (double)right[bin] / rows[bin]))];
    }

    private static void Require(IReadOnlyList<string> classes, int[] labels, float[] probabilities)
    {
        if (labels.Length == 0)
            throw new ArgumentException("There are no rows to evaluate.", nameof(labels));
        if (probabilities.Length != labels.Length * classes.Count)
            throw new ArgumentException($"{labels.Length} rows of {classes.Count} classes need {labels.Length * classes.Count} probabilities, not {probabilities.Length}.", nameof(probabilities));
        if (Array.FindIndex(labels, label => label < 0 || label >= classes.Count) is >= 0 and var row)
            throw new ArgumentException($"Row {row} has the label {labels[row]}; the classes are 0 to {classes.Count - 1}.", nameof(labels));
        if (Array.FindIndex(probabilities, p => !(p >= 0 && p <= 1.0001f)) is >= 0 and var wrong)
            throw new ArgumentException($"Row {wrong / classes.Count} has the probability {probabilities[wrong]}.", nameof(probabilities));
    }
}
