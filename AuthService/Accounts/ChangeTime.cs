namespace AuthService.Accounts;

/// <summary>When a change of a user counts as made.</summary>
public static class ChangeTime
{
    /// <summary>The next full millisecond. Tokens have the one that they were made in, so whatever was made until now is older.</summary>
    public static DateTimeOffset After(DateTimeOffset now) => now.AddTicks(TimeSpan.TicksPerMillisecond - (now.Ticks % TimeSpan.TicksPerMillisecond));
}
