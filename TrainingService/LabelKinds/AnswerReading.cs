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
