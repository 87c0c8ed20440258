namespace InferenceService.Batching;

/// <summary>What a free worker should do: run the batch it was given, come back later, or sleep until something arrives.</summary>
/// <param name="HasBatch">The batch is formed.</param>
/// <param name="LookAgainIn">Without a batch: how long those who wait may still wait for company; null when nothing waits.</param>
public readonly record struct BatchDecision(bool HasBatch, TimeSpan? LookAgainIn = null)
{
    public static readonly BatchDecision Run = new(true);
    public static readonly BatchDecision Sleep = new(false);

    public static BatchDecision WaitFor(TimeSpan time) => new(false, time);
}
