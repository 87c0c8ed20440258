using System.Collections.Frozen;
using System.Net.Http.Json;
using System.Security.Cryptography;

namespace ServiceDefaults.Authentication;

/// <summary>
/// AuthService's published keys, cached. An unknown <c>kid</c> fetches again, at most once per
/// <see cref="MinRefreshInterval"/>, so that made-up kids can't turn every request into a call.
/// </summary>
internal sealed class RemoteVerificationKeys(HttpClient auth, TimeProvider time) : IVerificationKeys
{
    private static readonly TimeSpan MinRefreshInterval = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim gate = new(1, 1);
    private FrozenDictionary<string, ECDsa> keys = FrozenDictionary<string, ECDsa>.Empty;
    private DateTimeOffset fetchedAt = DateTimeOffset.MinValue;

    public async ValueTask<ECDsa?> FindAsync(string kid, CancellationToken cancellation)
    {
        if (keys.GetValueOrDefault(kid) is { } known)
            return known;

        await gate.WaitAsync(cancellation);
        try
        {
            if (!keys.ContainsKey(kid) && time.GetUtcNow() - fetchedAt >= MinRefreshInterval)
            {
                var published = await auth.GetFromJsonAsync<JsonWebKeySet>("/.well-known/jwks.json", cancellation);
                keys = published!.Keys.ToFrozenDictionary(key => key.Kid, key => key.ToPublicKey());
                fetchedAt = time.GetUtcNow();
            }
            return keys.GetValueOrDefault(kid);
        }
        finally
        {
            gate.Release();
        }
    }
}
