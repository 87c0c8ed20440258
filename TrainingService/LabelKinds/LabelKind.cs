using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Schema;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;

namespace TrainingService.LabelKinds;

/// <summary>
/// What labels are. All that depends on it, from the reference rows over what a learner gets to how answers are judged, compared, gated and shown, is
/// here and in what this makes; the rest of the service asks.
/// </summary>
internal abstract class LabelKind
{
    public static LabelKind Classes { get; } = new ClassLabels();

    public static LabelKind Of(DatasetSchema schema) => Classes;

    /// <summary>As <c>model.json</c> has it.</summary>
    public abstract string TaskOf(DatasetKind kind);

    /// <summary>The labels of a snapshot as learners have them.</summary>
    public abstract Task<LabelCoding> CodingAsync(TrainingDb db, Snapshot snapshot, ValueLists values, CancellationToken cancellation);

    /// <summary>The same, if there is enough to learn from.</summary>
    /// <exception cref="ProblemException">409, 422: there is not; names what is missing.</exception>
    public abstract Task<LabelCoding> RequireLearnableAsync(Learnable wanted, CancellationToken cancellation);

    /// <summary>Which rows models are judged by.</summary>
    public abstract ReferenceRule Reference { get; }

    /// <summary>Bytes of <see cref="Evaluation.Answers"/> for a row.</summary>
    public abstract int AnswerBytes { get; }

    /// <summary>The second evaluation against the first, on the same rows.</summary>
    public abstract Contest Compare(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second, CancellationToken cancellation);

    /// <summary>Rows that the two answer differently, those first that are worth a look.</summary>
    public abstract IEnumerable<Disagreement> Disagreements(IReadOnlyList<ReferenceRow> rows, Evaluation first, Evaluation second);
}
