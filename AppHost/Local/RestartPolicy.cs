namespace Aspire.Hosting.Local;

/// <summary>
/// When to start a resource again that ended by itself: soon, then later and later, and not at all once it has failed too
/// often in a row. Staying up for a while clears the count.
/// </summary>
internal sealed class RestartPolicy
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.2), LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(10);
    private const int AttemptsToStart = 3, AttemptsToRestart = 10;

    private bool _wasEverHealthy;
    private int _failures;

    /// <summary>How often it ended by itself in a row.</summary>
    public int Failures => _failures;

    /// <returns>The pause before the next attempt, or null to give up.</returns>
    public TimeSpan? AfterFailure(bool wasHealthy, TimeSpan ranFor)
    {
        _wasEverHealthy |= wasHealthy;
        if (wasHealthy && ranFor >= LongEnough)
            _failures = 0;

        _failures++;
        if (_failures >= (_wasEverHealthy ? AttemptsToRestart : AttemptsToStart))
            return null;

        var pause = FirstPause * Math.Pow(2, _failures - 1);
        return pause < LongestPause ? pause : LongestPause;
    }

    /// <summary>A person asked for a start: counting begins anew.</summary>
    public void Reset() => _failures = 0;
}
