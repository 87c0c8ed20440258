using TrainingService.Evaluations;

namespace TrainingService.LabelKinds;

/// <summary>How a version's answers are read as answers about a data set.</summary>
internal abstract class AnswerReading
{
    /// <summary>As <see cref="Evaluation.Classes"/> has them; of numbers none.</summary>
    public abstract IReadOnlyList<string> Classes { get; }

    /// <summary>The data set's labels, by which its rows are dealt to the sides of a split; null: there is nothing to tell apart.</summary>
    public abstract LabelCoding? Coding { get; }

    /// <summary>Numbers that are kept of an answer.</summary>
    public abstract int Width { get; }

    public abstract int Encode(string label);

    /// <param name="answer">Of the graph to one row.</param>
    /// <param name="kept">[<see cref="Width"/>], zeros.</param>
    /// <exception cref="ServiceDefaults.Problems.ProblemException">422: it is no answer of this kind.</exception>
    public abstract void Read(ReadOnlySpan<float> answer, Span<float> kept);

    /// <param name="labels">Encoded.</param>
    /// <param name="kept">[rows, <see cref="Width"/>]</param>
    public abstract Answers Collect(int[] labels, float[] kept);
}

internal sealed class ClassReading : AnswerReading
{
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
}
