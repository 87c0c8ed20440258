using System.ComponentModel;
using System.Text.RegularExpressions;
using ServiceDefaults.Problems;

namespace AuthService.Keys;

/// <param name="Scopes">A subset of the caller's own; absent: all of them.</param>
/// <param name="ExpiresAt">Absent: never.</param>
/// <param name="RequestsPerMinute">Absent: the gateway's default. More than the gateway grants does not count.</param>
/// <param name="DailyQuota">Absent: none.</param>
/// <param name="Models">Absent: all.</param>
public sealed partial record NewApiKey(
    string? Name, IReadOnlyList<string>? Scopes, DateTimeOffset? ExpiresAt, int? RequestsPerMinute,
    [property: Description("What the key may use up on one day (UTC): {\"requests\": 1000, \"items\": 5000}, either of them alone, or a number of requests.")] DailyQuota? DailyQuota,
    [property: Description("The only models that the key may see and use; absent: all.")] IReadOnlyList<string>? Models = null)
{
    private const int MaxNameLength = 100;
    private const int MaxModels = 20; // every token of the key names them

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
        if (Models is { Count: 0 or > MaxModels })
            throw ProblemException.Invalid("models", $"A key is limited to 1 to {MaxModels} models. Leave 'models' out for all.");
        if (Models?.Any(model => model is null || !ModelName().IsMatch(model)) == true)
            throw ProblemException.Invalid("models", "A model's name has 1 to 64 letters, digits, dots, dashes and underscores.");
        DailyQuota?.Validate();
    }

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,64}\z")]
    private static partial Regex ModelName();
}
