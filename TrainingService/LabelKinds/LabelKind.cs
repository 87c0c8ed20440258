using Learning;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Registry;

namespace TrainingService.LabelKinds;

/// <summary>
/// What labels are: classes to tell apart, or numbers to come close to. All that depends on it, from the reference rows over what a learner gets to how answers
/// are judged, compared, gated and shown, is here and in what this makes; the rest of the service asks.
/// </summary>
internal abstract class LabelKind
{
    public static LabelKind Classes { get; } = new ClassLabels();

    public static LabelKind Numbers { get; } = new NumberLabels();

    public static LabelKind Of(DatasetSchema schema) => schema.Label.Type == LabelType.Number ? Numbers : Classes;

    /// <summary>In a sentence.</summary>
    public abstract string Name { get; }

    /// <summary>As <c>model.json</c> has it.</summary>
    public abstract string TaskOf(DatasetKind kind);

    /// <summary>The same as runs tell it, which say nothing of classes: there was nothing else once.</summary>
    public abstract string? ToldTask { get; }

    /// <summary>By their names in a policy; those that ask for a figure of the other kind can't be met.</summary>
    public abstract IReadOnlyList<string> Gates { get; }

    /// <summary>Which rows models are judged by.</summary>
    public abstract ReferenceRule Reference { get; }

    /// <summary>Bytes of <see cref="Evaluation.Answers"/> for a row.</summary>
    public abstract int AnswerBytes { get; }

    /// <summary>Those that fit.</summary>
    public abstract IReadOnlyList<ILearner> LearnersOf(DatasetKind kind);

    /// <summary>The labels of a snapshot as learners have them.</summary>
    public abstract Task<LabelCoding> CodingAsync(TrainingDb db, Snapshot snapshot, ValueLists values, CancellationToken cancellation);

    /// <summary>The same, if there is enough to learn from.</summary>
    /// <exception cref="ProblemException">409, 422: there is not; names what is missing.</exception>
    public abstract Task<LabelCoding> RequireLearnableAsync(Learnable wanted, CancellationToken cancellation);

    /// <summary>How the answers of a version are read as answers about a data set.</summary>
    /// <param name="revision">Of the data set: whose labels count.</param>
    /// <exception cref="ProblemException">422: they are about something else; names the labels.</exception>
    public abstract Task<AnswerReading> ReadingAsync(TrainingDb db, ModelVersion version, ServedManifest manifest, Dataset dataset, ValueLists values, int revision, CancellationToken cancellation);

    /// <summary>A label that somebody says in words as the data set has it; null: it takes none such.</summary>
    public abstract Task<string?> FindAsync(TrainingDb db, Dataset dataset, string said, CancellationToken cancellation);

    /// <summary>The second evaluation against the first, on the same rows.</summary>
    public abstract Contest Compare(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second, CancellationToken cancellation);

    /// <summary>Rows that the two answer differently, those first that are worth a look.</summary>
    public abstract IEnumerable<Disagreement> Disagreements(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second);
}
