using AuthService.Tokens;

namespace AuthService.SigningKeys;

/// <summary>What is to be done about the signing keys now.</summary>
/// <param name="SignsFrom">Of a key to be added; null: none.</param>
/// <param name="Expired">Keys that no living token was signed with.</param>
public sealed record RotationStep(DateTimeOffset? SignsFrom, IReadOnlyList<string> Expired)
{
    public bool IsNothing => SignsFrom is null && Expired.Count == 0;
}

/// <summary>The decision when keys come and go. All replicas make it from the same rows.</summary>
public static class Rotation
{
    /// <summary>How often replicas look for keys that another one added; well within <see cref="SigningKeyOptions.PublishAhead"/>.</summary>
    public static readonly TimeSpan ReloadInterval = TimeSpan.FromSeconds(10);

    // A replica may sign with the old key until it has looked, and clocks differ a little.
    private static readonly TimeSpan Verifies = TokenIssuer.AccessLifetime + ReloadInterval + TimeSpan.FromMinutes(1);

    /// <param name="onDemand">Somebody asks for a new key now; one that waits to sign already is as good.</param>
    public static RotationStep Decide(IReadOnlyCollection<(string Kid, DateTimeOffset SignsFrom)> keys, SigningKeyOptions options, DateTimeOffset now, bool onDemand = false)
    {
        if (keys.Count == 0)
            return new RotationStep(now, []);
        var newestFirst = keys.OrderByDescending(key => key.SignsFrom).ToArray();
        var newest = newestFirst[0].SignsFrom;
        var due = newest + options.RotateEvery;
        DateTimeOffset? next =
            newest > now ? null // one waits to sign
            : onDemand ? now + options.PublishAhead
            : due - options.PublishAhead <= now ? Later(due, now + options.PublishAhead)
            : null;
        var expired = newestFirst.Skip(1).Where((_, index) => newestFirst[index].SignsFrom + Verifies <= now).Select(key => key.Kid); // index: its successor's
        return new RotationStep(next, [.. expired]);
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;
}
