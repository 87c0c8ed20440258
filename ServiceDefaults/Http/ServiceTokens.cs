using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace ServiceDefaults.Http;

/// <summary>This service's own tokens by scope (client-credentials grant), renewed a little before they expire.</summary>
public sealed class ServiceTokens(IHttpClientFactory clients, ServiceIdentity identity, TimeProvider time)
{
    internal const string ClientName = "service-tokens";
    private static readonly TimeSpan RenewBefore = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Entry> entries = new();

    /// <exception cref="HttpRequestException">AuthService does not answer or refuses.</exception>
    public async ValueTask<string> GetAsync(string scope, CancellationToken cancellation)
    {
        var entry = entries.GetOrAdd(scope, _ => new Entry());
        if (entry.Current is { } held && held.RenewAt > time.GetUtcNow())
            return held.Value;

        await entry.Gate.WaitAsync(cancellation);
        try
        {
            if (entry.Current is { } renewed && renewed.RenewAt > time.GetUtcNow())
                return renewed.Value;
            var answer = await RequestAsync(scope, cancellation);
            entry.Current = new Token(answer.AccessToken, time.GetUtcNow().AddSeconds(answer.ExpiresIn) - RenewBefore);
            return answer.AccessToken;
        }
        finally
        {
            entry.Gate.Release();
        }
    }

    /// <summary>Drops a token that was refused although it has not expired.</summary>
    internal void Forget(string scope, string refused)
    {
        if (entries.TryGetValue(scope, out var entry) && entry.Current is { } held && held.Value == refused)
            entry.Current = null;
    }

    private async Task<TokenAnswer> RequestAsync(string scope, CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = identity.Name,
            ["client_secret"] = identity.Secret,
            ["scope"] = scope,
        });
        using var response = await clients.CreateClient(ClientName).PostAsync("/token", form, cancellation);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<TokenAnswer>(cancellation))!;
    }

    private sealed record TokenAnswer(
        [property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn);

    private sealed record Token(string Value, DateTimeOffset RenewAt);

    private sealed class Entry
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public volatile Token? Current;
    }
}
