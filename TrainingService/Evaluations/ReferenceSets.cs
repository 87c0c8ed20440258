using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;

namespace TrainingService.Evaluations;

/// <summary>
/// The rows by which a data set's models are judged. Chosen once: those marked trusted, where each class has enough of them, else a share of the
/// first run's rows by the hash of their content. What is posted later never joins or leaves it by itself.
/// </summary>
internal sealed class ReferenceSets(TrainingDb db)
{
    /// <summary>The reference rows of a snapshot, chosen now if the data set has none yet.</summary>
    public Task<ReferenceSet> EnsureAsync(Dataset dataset, Snapshot snapshot, CancellationToken cancellation) => throw new NotImplementedException($"{db} {dataset} {snapshot} {cancellation}");
}

/// <param name="Labels">Ids of rows.</param>
/// <param name="Contents">Hashes of their content: a row of the same content is never trained on, whatever its label.</param>
/// <param name="Hash">Of ids and labels, hex: the same for the same rows with the same labels.</param>
internal sealed record ReferenceSet(IReadOnlySet<Guid> Labels, IReadOnlySet<Guid> Contents, string Hash);
