namespace TrainingService.Runs;

/// <summary>What a worker does with one kind of run. Registered scoped; may be begun again after a crash, so every step may be repeated.</summary>
internal interface IRunJob
{
    RunKind Kind { get; }

    /// <param name="progress">May be told as often as it likes; what is stored is thinned out.</param>
    /// <param name="cancellation">Cancelled when the run is cancelled, its lease is lost or the service stops.</param>
    /// <returns>The version that it made, if it made one, and what to keep as the run's result.</returns>
    /// <exception cref="RunFailedException">Its own fault: no other worker would do better.</exception>
    Task<RunOutcome> ExecuteAsync(Run run, Action<RunProgress> progress, CancellationToken cancellation);
}

/// <param name="Result">Serialises to JSON.</param>
/// <param name="Accuracy">On the reference set, 0..1, for whoever hears of it.</param>
internal sealed record RunOutcome(string? Version, object Result, double? Accuracy = null);

/// <summary>The run can't succeed; says why to whoever asked for it.</summary>
internal sealed class RunFailedException(RunError error, Exception? inner = null) : Exception(error.Message, inner)
{
    public RunError Error { get; } = error;
}
