using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Caching.Memory;
using ServiceDefaults.Authentication;

namespace Gateway.Identity;

/// <summary>
/// Internal tokens for API keys and guests, kept for at most <see cref="MaxAge"/>, which also bounds how long a revoked key
/// works when its revocation can't be heard. A key is exchanged once however many requests come with it. Every
/// cache has a fixed size; wrong keys are kept apart, so that a flood of them pushes out nothing but itself.
/// </summary>
public sealed class ExchangedTokens(ExchangeClient auth, TokenValidator validator, RevokedKeys revoked, ChangedUsers changed, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan WrongKeyMaxAge = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan TrustMaxAge = TimeSpan.FromHours(1);
    private const string Guest = "guest"; // no hash looks like it
    private const int PrefixLength = 12;  // as AuthService shows it

    private readonly MemoryCache accepted = new(new MemoryCacheOptions { SizeLimit = 10_000 });
    private readonly MemoryCache refused = new(new MemoryCacheOptions { SizeLimit = 10_000 });
    private readonly MemoryCache worked = new(new MemoryCacheOptions { SizeLimit = 100_000 });
    private readonly ConcurrentDictionary<string, Lazy<Task<Admission?>>> underWay = new();

    /// <summary>What is cached for a key that works; null says nothing about the key.</summary>
    public Admission? FindKnown(string apiKey) => FindAccepted(IdOf(apiKey)) is { } known && !revoked.Contains(known.KeyId) ? known : null;

    /// <summary>Whether the key was exchanged within the last hour and not refused since: so who sends it is not guessing.</summary>
    public bool HasWorked(string apiKey) =>
        worked.TryGetValue(IdOf(apiKey), out Trust? trust) && time.GetUtcNow() - trust!.Since < TrustMaxAge && !revoked.Contains(trust.KeyId);

    /// <summary>Null when the key is unknown, expired or revoked.</summary>
    /// <exception cref="HttpRequestException">AuthService does not answer.</exception>
    public ValueTask<Admission?> ForKeyAsync(string apiKey, CancellationToken cancellation) =>
        GetAsync(IdOf(apiKey), apiKey, flight => auth.ExchangeKeyAsync(apiKey, flight), cancellation);

    public async ValueTask<Admission> ForGuestAsync(CancellationToken cancellation) =>
        (await GetAsync(Guest, null, async flight => await auth.ExchangeGuestAsync(flight), cancellation))!;

    private async ValueTask<Admission?> GetAsync(string id, string? apiKey, Func<CancellationToken, Task<Exchanged?>> exchange, CancellationToken cancellation)
    {
        if (FindAccepted(id) is { } known)
            return revoked.Contains(known.KeyId) ? null : known;
        if (refused.TryGetValue(id, out _))
            return null;

        // The exchange belongs to all who wait for it: one of them going away must not end it.
        var flight = underWay.GetOrAdd(id, _ => new Lazy<Task<Admission?>>(() => ExchangeAsync(id, apiKey, exchange)));
        var admission = await flight.Value.WaitAsync(cancellation);
        return revoked.Contains(admission?.KeyId) ? null : admission;
    }

    /// <summary>What was exchanged before something changed about the owner is exchanged again: AuthService says what is left of it.</summary>
    private Admission? FindAccepted(string id) =>
        accepted.TryGetValue(id, out Admission? known) && known!.ValidUntil > time.GetUtcNow() && !changed.HasChanged(known.Subject, known.IssuedAt) ? known : null;

    private static string IdOf(string apiKey) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(apiKey)));

    private async Task<Admission?> ExchangeAsync(string id, string? apiKey, Func<CancellationToken, Task<Exchanged?>> exchange)
    {
        try
        {
            if (await exchange(CancellationToken.None) is not { } exchanged)
            {
                worked.Remove(id);
                refused.Set(id, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = WrongKeyMaxAge });
                return null;
            }
            var claims = await validator.ValidateAsync(exchanged.Token, CancellationToken.None)
                ?? throw new HttpRequestException("AuthService answered with a token that its own keys do not verify.");
            var admission = Admission.Of(exchanged, claims, apiKey?[..Math.Min(PrefixLength, apiKey.Length)], time.GetUtcNow());
            accepted.Set(id, admission, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = MaxAge });
            if (apiKey is not null)
                worked.Set(id, new Trust(exchanged.KeyId, time.GetUtcNow()), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = TrustMaxAge });
            return admission;
        }
        finally
        {
            underWay.TryRemove(id, out _);
        }
    }

    public void Dispose()
    {
        accepted.Dispose();
        refused.Dispose();
        worked.Dispose();
    }

    private sealed record Trust(Guid? KeyId, DateTimeOffset Since);
}
