namespace InferenceService.Batching;

/// <summary>What one model's queue keeps to.</summary>
/// <param name="MaxBatchSize">Items that may share one run.</param>
/// <param name="Capacity">Items that may wait, for each priority.</param>
/// <param name="MaxQueueDelay">How long the oldest item may wait for company. Zero: a batch is what waits when a worker is free.</param>
/// <param name="MaxBackgroundWait">A background item that waited this long gets the next batch, however many interactive ones wait: tasks yield, they do not starve.</param>
public sealed record BatchLimits(int MaxBatchSize, int Capacity, TimeSpan MaxQueueDelay = default, TimeSpan? MaxBackgroundWait = null)
{
    public static readonly TimeSpan DefaultBackgroundWait = TimeSpan.FromSeconds(2);
}
