using System.Buffers;
using InferenceService.Execution;

namespace InferenceService.Batching;

/// <summary>One item on its way through a model: its input, and the one who waits. Completed exactly once.</summary>
public sealed class WorkItem : IWaiting, IDisposable
{
    private readonly TaskCompletionSource<WorkResult> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration registration;
    private byte[]? rented;

    /// <param name="shape">Of its inputs; the buffer holds them one after the other.</param>
    /// <param name="input">Rented from the shared pool; the item owns it from here on.</param>
    /// <param name="principal">Whose item it is; the queue is fair between principals.</param>
    public WorkItem(ItemShape shape, byte[] input, string principal, Priority priority, CancellationToken cancellation)
    {
        (Shape, rented, Principal, Priority) = (shape, input, principal, priority);
        registration = cancellation.UnsafeRegister(static (state, token) => ((WorkItem)state!).completion.TrySetCanceled(token), this);
    }

    /// <summary>The result is the waiter's to dispose.</summary>
    public Task<WorkResult> Completion => completion.Task;

    public ItemShape Shape { get; }

    public string Principal { get; }

    public Priority Priority { get; }

    /// <summary>Stopwatch timestamp of when the queue took it in.</summary>
    public long EnqueuedAt { get; internal set; }

    /// <summary>Nobody waits any more, so running it would be waste.</summary>
    public bool IsAbandoned => completion.Task.IsCompleted;

    /// <summary>The inputs, one after the other. Only for the worker that took the item from the queue.</summary>
    public ReadOnlySpan<byte> Input => rented;

    public void Succeed(WorkResult result)
    {
        if (!completion.TrySetResult(result))
            result.Dispose(); // whoever waited has left
    }

    public void Fail(Exception reason) => completion.TrySetException(reason);

    /// <summary>By whoever takes the item out of the queue, or failed to put it in: gives the input back.</summary>
    public void Dispose()
    {
        registration.Dispose();
        if (Interlocked.Exchange(ref rented, null) is { } buffer)
            ArrayPool<byte>.Shared.Return(buffer);
    }
}
