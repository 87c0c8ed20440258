namespace TrainingService.Policies.AutoTraining;

/// <summary>When a run is due while labels come in: after a quiet time, which each post begins anew, but not for ever.</summary>
internal static class Debounce
{
    /// <summary>So many quiet times after the first post at the latest.</summary>
    public const int Most = 10;

    /// <param name="since">When the first of them came in.</param>
    public static DateTimeOffset DueAt(DateTimeOffset since, DateTimeOffset now, TimeSpan quiet)
    {
        var (afterQuiet, latest) = (now + quiet, since + (quiet * Most));
        return afterQuiet < latest ? afterQuiet : latest;
    }
}
