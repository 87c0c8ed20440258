using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ServiceDefaults.Authentication;

/// <summary>
/// A token in, its claims out; null when it is not one of ours, altered or out of time. A token comes with many requests,
/// and its signature costs more to check than most of them: what was found right once is remembered until it expires.
/// </summary>
/// <exception cref="HttpRequestException">The keys can't be fetched.</exception>
public sealed class TokenValidator(IVerificationKeys keys, TimeProvider time)
{
    /// <summary>A token is some 400 bytes, so full is 2 MB.</summary>
    private const int MaxRemembered = 4096;

    private readonly ConcurrentDictionary<string, Verified> remembered = new();

    public async ValueTask<TokenClaims?> ValidateAsync(string token, CancellationToken cancellation)
    {
        var known = remembered.GetValueOrDefault(token);
        if ((known?.Kid ?? JsonWebToken.ReadKeyId(token)) is not { } kid || await keys.FindAsync(kid, cancellation) is not { } key)
            return null;
        // Only under the key that verified it: one that is published no more makes nothing valid.
        if (known is not null && known.Key == key)
            return JsonWebToken.IsInTime(known.Claims, time.GetUtcNow()) ? known.Claims : null;

        var claims = JsonWebToken.Validate(token, key, time.GetUtcNow());
        if (claims is not null)
            Remember(token, new Verified(kid, key, claims));
        return claims;
    }

    private void Remember(string token, Verified verified)
    {
        if (remembered.Count >= MaxRemembered)
        {
            foreach (var (old, entry) in remembered)
                if (!JsonWebToken.IsInTime(entry.Claims, time.GetUtcNow()))
                    remembered.TryRemove(old, out _);
            if (remembered.Count >= MaxRemembered)
                remembered.Clear(); // all of them alive: rather check them again than grow
        }
        remembered[token] = verified;
    }

    private sealed record Verified(string Kid, ECDsa Key, TokenClaims Claims);
}
