using System.ComponentModel;
using ServiceDefaults.Problems;

namespace AuthService.Keys;

/// <param name="Scopes">A subset of the caller's own; absent: all of them.</param>
/// <param name="ExpiresAt">Absent: never.</param>
/// <param name="RequestsPerMinute">Absent: the gateway's default.</param>
/// <param name="DailyQuota">Requests a day; absent: none. Kept and shown, enforced nowhere yet.</param>
public sealed record NewApiKey(
    string? Name, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, int? RequestsPerMinute,
    [property: Description("Requests a day. Stored and shown, but not enforced yet: only requestsPerMinute limits a key.")] int? DailyQuota)
{
    private const int MaxNameLength = 100;

    /// <exception cref="ProblemException">400 naming the field.</exception>
    public void Validate(DateTimeOffset now)
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > MaxNameLength)
            throw ProblemException.Invalid("name", $"A key has a name of 1 to {MaxNameLength} characters.");
        if (Scopes is { Count: 0 })
            throw ProblemException.Invalid("scopes", "A key without scopes could do nothing. Leave 'scopes' out for all of yours.");
        if (Scopes?.Where(scope => !ServiceDefaults.Authentication.Scopes.ForKeys.Contains(scope)).ToArray() is [var unknown, ..])
            throw ProblemException.Invalid("scopes", $"There is no scope '{unknown}'. There are: {string.Join(", ", ServiceDefaults.Authentication.Scopes.ForKeys)}.");
        if (ExpiresAt <= now)
            throw ProblemException.Invalid("expiresAt", "A key expires in the future.");
        if (RequestsPerMinute is < 1 or > 1_000_000)
            throw ProblemException.Invalid("requestsPerMinute", "requestsPerMinute is 1 to 1000000.");
        if (DailyQuota < 1)
            throw ProblemException.Invalid("dailyQuota", "dailyQuota is at least 1.");
    }
}
