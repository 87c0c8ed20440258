using NUnit.Framework;

namespace TestSupport;

/// <summary>For what becomes true a little later: looks again and again, and gives up at a deadline with what it saw last.</summary>
public static class Eventually
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <param name="log">What else explains a failure.</param>
    public static Task IsTrueAsync(Func<Task<bool>> condition, string expectation, Func<string> log) =>
        SeeAsync(expectation, condition, isTrue => isTrue, log: log);

    /// <param name="look">May throw while it is too early; its last exception is part of the failure.</param>
    public static async Task<T> SeeAsync<T>(string what, Func<Task<T>> look, Predicate<T> isRight, TimeSpan? deadline = null, Func<string>? log = null)
    {
        using var timer = new PeriodicTimer(Interval);
        using var end = new CancellationTokenSource(deadline ?? Deadline);
        object? last = null;
        do
        {
            try
            {
                var seen = await look();
                if (isRight(seen))
                    return seen;
                last = seen;
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                last = e.Message;
            }
        }
        while (await TicksAsync(timer, end.Token));
        throw new AssertionException($"{what}: not within {(deadline ?? Deadline).TotalSeconds} s. Last seen: {Show(last)}{Environment.NewLine}{log?.Invoke()}");
    }

    private static string? Show(object? seen) =>
        seen is System.Collections.IEnumerable many and not string ? string.Join(Environment.NewLine, many.Cast<object?>()) : seen?.ToString();

    private static async Task<bool> TicksAsync(PeriodicTimer timer, CancellationToken end)
    {
        try
        {
            return await timer.WaitForNextTickAsync(end);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
