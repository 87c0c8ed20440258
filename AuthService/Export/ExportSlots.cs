using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using ServiceDefaults.Problems;

namespace AuthService.Export;

/// <summary>An export reads everything that there is of a caller: one at a time for each, a few at a time for all.</summary>
internal sealed class ExportSlots(IOptions<ExportOptions> options)
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<Guid, bool> running = new();
    private int taken;

    /// <exception cref="ProblemException">429: the caller has one running. 503: too many others do.</exception>
    public IDisposable Take(Guid caller)
    {
        if (!running.TryAdd(caller, true))
            throw new ProblemException(StatusCodes.Status429TooManyRequests, "export-running", "Your export is being written already; one at a time.") { RetryAfter = Later };
        var slot = new Slot(this, caller);
        if (Interlocked.Increment(ref taken) <= options.Value.MaxAtOnce)
            return slot;
        slot.Dispose();
        throw ProblemException.Unavailable("exports-full", "As many exports as may run at once are running (Auth:Export:MaxAtOnce).", Later);
    }

    private sealed class Slot(ExportSlots slots, Guid caller) : IDisposable
    {
        private int returned;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref returned, 1) == 1)
                return;
            Interlocked.Decrement(ref slots.taken);
            slots.running.TryRemove(caller, out _);
        }
    }
}
