using NUnit.Framework;

namespace Integration;

/// <summary>Waiting with a deadline for what happens elsewhere.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <param name="onFailure">Logs and whatever else explains why it did not happen.</param>
    public static async Task IsTrueAsync(Func<Task<bool>> condition, string expectation, Func<string> onFailure)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var timeout = new CancellationTokenSource(Deadline);
        while (!await condition())
        {
            if (timeout.IsCancellationRequested)
                throw new AssertionException($"{expectation}: not within {Deadline.TotalSeconds} s.{Environment.NewLine}{onFailure()}");
            await pause.WaitForNextTickAsync();
        }
    }
}
