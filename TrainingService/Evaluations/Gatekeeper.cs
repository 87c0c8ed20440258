using TrainingService.Registry;

namespace TrainingService.Evaluations;

/// <summary>Lets a version go live, or says why not.</summary>
internal sealed class Gatekeeper(TrainingDb db)
{
    /// <summary>
    /// Holds the version's newest evaluation on the data set's reference against the gates and the live version, which is evaluated for it if it has
    /// not been on this reference. Passed: it is promoted. Not passed: it is refused, with an event and an entry in the history. Called again, the same.
    /// </summary>
    public Task<GateDecision> DecideAsync(ModelVersion version, Guid run, string actor, CancellationToken cancellation) => throw new NotImplementedException($"{db} {version} {run} {actor} {cancellation}");
}

/// <param name="Reasons">A sentence for each gate failed; of a promotion none.</param>
/// <param name="Live">The version that serves now.</param>
/// <param name="Against">How it did against the version that was live; absent when none was, or that one can't be asked.</param>
internal sealed record GateDecision(bool Promoted, IReadOnlyList<string> Reasons, string? Live, Learning.Evaluation.Challenge? Against);
