using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Evaluations;
using TrainingService.Registry;
using TrainingService.Runs.Training;

namespace TrainingService.LabelKinds;

/// <summary>Probabilities of the data set's classes.</summary>
internal sealed class ClassReading : AnswerReading
{
    private const int MostForeignLabels = 100;
    private readonly ServedManifest manifest;
    private readonly ClassCoding all;
    private readonly int occurring;
    private readonly int[] places;
    private readonly float[] known;

    /// <param name="manifest">Of the version.</param>
    /// <param name="classes">The data set's, and behind them labels that only the version knows.</param>
    /// <param name="occurring">How many of <paramref name="classes"/> are the data set's.</param>
    public ClassReading(ServedManifest manifest, IReadOnlyList<string> classes, int occurring)
    {
        (this.manifest, all, this.occurring) = (manifest, new ClassCoding(classes), occurring);
        places = [.. manifest.Labels!.Select(all.Encode)];
        known = new float[places.Length];
    }

    /// <inheritdoc cref="LabelKind.ReadingAsync"/>
    public static async Task<AnswerReading> FitAsync(
        TrainingDb db, ModelVersion version, ServedManifest manifest, Dataset dataset, ValueLists values, int revision, CancellationToken cancellation)
    {
        var occurring = await db.Labels.Where(l => l.Dataset == dataset.Number && l.Text != null && l.Added <= revision && (l.Removed == null || l.Removed > revision))
            .Select(l => l.Text!).Distinct().ToListAsync(cancellation);
        var classes = Combine(TrainingSchema.ClassesOf(dataset.Schema!, values, occurring), manifest.Labels!, IsTrainedOn(version, dataset));
        return new ClassReading(manifest, classes, occurring.Count);
    }

    public override IReadOnlyList<string> Classes => all.Classes;

    public override LabelCoding? Coding => occurring > 1 ? new ClassCoding([.. all.Classes.Take(occurring)]) : null;

    public override int Width => all.Classes.Count;

    public override int Encode(string label) => all.Encode(label);

    /// <summary>From the version's labels to the classes; one that it does not know is never its answer.</summary>
    public override void Read(ReadOnlySpan<float> answer, Span<float> kept)
    {
        manifest.ToProbabilities(answer, answer.Length, known);
        for (var label = 0; label < known.Length; label++)
            kept[places[label]] = known[label];
    }

    public override Answers Collect(int[] labels, float[] kept) => new ClassAnswers(all.Classes, labels, kept);

    // One that was trained on the data set when it had fewer classes is judged by today's: it knows no better. Another may just not be meant.
    private static List<string> Combine(IReadOnlyList<string> classes, IReadOnlyList<string> labels, bool trainedOn)
    {
        var unknown = classes.Except(labels).Take(20).ToArray();
        if (unknown.Length > 0 && !(trainedOn && classes.Intersect(labels).Any()))
            throw ProblemException.Unusable("dataset", $"The data set has labels that the version does not know: {string.Join(", ", unknown)}. It knows {string.Join(", ", labels.Take(20))}.");
        var foreign = labels.Except(classes).ToArray();
        if (foreign.Length > MostForeignLabels)
            throw ProblemException.Unusable("dataset", $"The version has {foreign.Length} labels that the data set does not have; {MostForeignLabels} are the most.");
        return [.. classes, .. foreign];
    }

    private static bool IsTrainedOn(ModelVersion version, Dataset dataset) =>
        version.Lineage is { } lineage && lineage.TryGetProperty("dataset", out var trained) && trained.ToString() == dataset.Id.ToString();
}
