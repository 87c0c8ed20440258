using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Quotas;

/// <summary>What a key's daily quota counts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<QuotaUnit>))]
public enum QuotaUnit
{
    [JsonStringEnumMemberName("requests")]
    Requests,

    [JsonStringEnumMemberName("items")]
    Items,
}

/// <summary>Whether there was enough left.</summary>
/// <param name="Remaining">What is left of the day for everybody, as far as it is known here.</param>
/// <param name="ResetsAt">When the next day begins.</param>
public readonly record struct QuotaAnswer(bool IsGranted, long Remaining, DateTimeOffset ResetsAt)
{
    /// <exception cref="ProblemException">429 that names the unit.</exception>
    public void ThrowIfRefused(QuotaUnit unit, DateTimeOffset now)
    {
        if (!IsGranted)
        {
            throw new ProblemException(
                StatusCodes.Status429TooManyRequests, "daily-quota", $"The key's daily quota of {unit.ToString().ToLowerInvariant()} is used up: {Remaining} are left until {ResetsAt:yyyy-MM-dd'T'HH:mm:ss'Z'}.")
            {
                RetryAfter = ResetsAt > now ? ResetsAt - now : TimeSpan.FromSeconds(1),
            };
        }
    }
}

/// <summary>The body of <c>POST /internal/quotas/leases</c>: at least <paramref name="AtLeast"/> or nothing, at most <paramref name="Amount"/>.</summary>
public sealed record QuotaLeaseRequest(Guid KeyId, QuotaUnit Unit, long AtLeast, long Amount);

/// <param name="Granted">0: fewer than what was asked for are left.</param>
/// <param name="Remaining">What nobody has taken yet.</param>
/// <param name="ResetsAt">When the day ends that it was granted of.</param>
public sealed record QuotaLeaseGrant(long Granted, long Remaining, DateTimeOffset ResetsAt);

/// <summary>The body of <c>POST /internal/quotas/returns</c>: what was not used of a day's grants.</summary>
public sealed record QuotaReturn(Guid KeyId, QuotaUnit Unit, DateOnly Day, long Amount);
