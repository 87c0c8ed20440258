using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using ServiceDefaults.Outbox;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Quotas;

/// <summary>AuthService's counters.</summary>
internal sealed class QuotaClient(HttpClient auth)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <exception cref="ProblemException">503: AuthService does not answer, and what nobody counts nobody gets. 401: the key is gone.</exception>
    public async Task<QuotaLeaseGrant> LeaseAsync(QuotaLeaseRequest request, CancellationToken cancellation)
    {
        try
        {
            using var response = await auth.PostAsJsonAsync("/internal/quotas/leases", request, EventJson.Options, cancellation);
            if (response.StatusCode == HttpStatusCode.NotFound)
                throw new ProblemException(401, "invalid-key", "The API key is unknown, expired or revoked.");
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<QuotaLeaseGrant>(EventJson.Options, cancellation))!;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || e is OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw ProblemException.Unavailable("quota-unavailable", "The key's daily quota can't be checked: AuthService does not answer.", RetryAfter);
        }
    }

    /// <summary>Tried once: a return that is repeated would be counted twice.</summary>
    /// <exception cref="HttpRequestException">It may be lost; the quota is then that much smaller today.</exception>
    public async Task ReturnAsync(QuotaReturn unused, CancellationToken cancellation)
    {
        using var response = await auth.PostAsJsonAsync("/internal/quotas/returns", unused, EventJson.Options, cancellation);
        response.EnsureSuccessStatusCode();
    }
}
