using System.Buffers;
using System.Diagnostics;

namespace InferenceService.Batching;

/// <summary>One item on its way through a model: its input, and the one who waits. Completed exactly once.</summary>
public sealed class WorkItem : IDisposable
{
    private readonly TaskCompletionSource<WorkResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration registration;
    private readonly int length;
    private float[]? rented;

    /// <param name="input">Rented from the shared pool; the item owns it from here on.</param>
    /// <param name="length">Floats of <paramref name="input"/> in use.</param>
    /// <param name="principal">Whose item it is; the queue is fair between principals.</param>
    public WorkItem(float[] input, int length, string principal, Priority priority, CancellationToken cancellation)
    {
        (Principal, Priority) = (principal, priority);
        rented = input;
        this.length = length;
        EnqueuedAt = Stopwatch.GetTimestamp();
        registration = cancellation.UnsafeRegister(static (state, token) => ((WorkItem)state!).completion.TrySetCanceled(token), this);
    }

    public Task<WorkResult> Completion => completion.Task;

    public string Principal { get; }

    public Priority Priority { get; }

    public long EnqueuedAt { get; }

    /// <summary>Nobody waits any more, so running it would be waste.</summary>
    public bool IsAbandoned => completion.Task.IsCompleted;

    /// <summary>Only for the worker that took the item from the queue.</summary>
    public ReadOnlySpan<float> Input => rented.AsSpan(0, length);

    public void Succeed(WorkResult result) => completion.TrySetResult(result);

    public void Fail(Exception reason) => completion.TrySetException(reason);

    /// <summary>By whoever takes the item out of the queue, or failed to put it in: gives the input back.</summary>
    public void Dispose()
    {
        registration.Dispose();
        if (Interlocked.Exchange(ref rented, null) is { } buffer)
            ArrayPool<float>.Shared.Return(buffer);
    }
}

/// <param name="Output">The item's row of the output tensor, <c>[K]</c>.</param>
/// <param name="StartedAt">Stopwatch timestamp of the batch's start.</param>
/// <param name="FinishedAt">Stopwatch timestamp of the batch's end.</param>
public sealed record WorkResult(float[] Output, long StartedAt, long FinishedAt, int BatchSize);
