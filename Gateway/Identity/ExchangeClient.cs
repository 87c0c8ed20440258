using System.Net;

namespace Gateway.Identity;

/// <summary>AuthService's exchange of an API key, or of nothing, for a short internal token.</summary>
public sealed class ExchangeClient(HttpClient auth)
{
    /// <summary>Null when the key is unknown, expired or revoked.</summary>
    /// <exception cref="HttpRequestException">AuthService does not answer.</exception>
    public async Task<Exchanged?> ExchangeKeyAsync(string apiKey, CancellationToken cancellation)
    {
        using var response = await auth.PostAsJsonAsync("/internal/exchange", new { apiKey }, cancellation);
        // With a challenge it would be our own token that was refused.
        if (response.StatusCode == HttpStatusCode.Unauthorized && response.Headers.WwwAuthenticate.Count == 0)
            return null;
        return await ReadAsync(response, cancellation);
    }

    public async Task<Exchanged> ExchangeGuestAsync(CancellationToken cancellation)
    {
        using var response = await auth.PostAsJsonAsync("/internal/exchange", new { guest = true }, cancellation);
        return await ReadAsync(response, cancellation);
    }

    private static async Task<Exchanged> ReadAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<Exchanged>(cancellation))!;
    }
}

/// <param name="RequestsPerMinute">What the key was made with; null: the gateway's default.</param>
/// <param name="DailyRequests">The key's quota; null: none. Items are counted by who runs them, models are looked at by who serves them.</param>
public sealed record Exchanged(string Token, Guid? KeyId, int? RequestsPerMinute, long? DailyRequests);
