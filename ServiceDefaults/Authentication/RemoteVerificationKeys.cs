using System.Collections.Frozen;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace ServiceDefaults.Authentication;

/// <summary>
/// AuthService's published keys, cached. An unknown <c>kid</c> fetches again, at most once per
/// <see cref="MinRefreshInterval"/>, so that made-up kids can't turn every request into a call. What is older than
/// <see cref="MaxAge"/> is fetched again beside the requests: a key that is published no more verifies nothing for long.
/// </summary>
internal sealed class RemoteVerificationKeys(HttpClient auth, TimeProvider time) : IVerificationKeys
{
    private static readonly TimeSpan MinRefreshInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan FailureMemory = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim gate = new(1, 1);
    private FrozenDictionary<string, ECDsa> keys = FrozenDictionary<string, ECDsa>.Empty;
    private DateTimeOffset fetchedAt = DateTimeOffset.MinValue;
    private DateTimeOffset failedAt = DateTimeOffset.MinValue;
    private int isRefreshing;

    public async ValueTask<ECDsa?> FindAsync(string kid, CancellationToken cancellation)
    {
        if (keys.GetValueOrDefault(kid) is { } known)
        {
            if (time.GetUtcNow() - fetchedAt >= MaxAge && Interlocked.Exchange(ref isRefreshing, 1) == 0)
                _ = RefreshAsync(); // nobody waits for it
            return known;
        }

        await gate.WaitAsync(cancellation);
        try
        {
            if (!keys.ContainsKey(kid) && time.GetUtcNow() - fetchedAt >= MinRefreshInterval)
                await FetchAsync(cancellation);
            return keys.GetValueOrDefault(kid);
        }
        finally
        {
            gate.Release();
        }
    }

    private async Task RefreshAsync()
    {
        try
        {
            await gate.WaitAsync();
            try
            {
                await FetchAsync(CancellationToken.None);
            }
            finally
            {
                gate.Release();
            }
        }
        catch (HttpRequestException)
        {
            // AuthService is away: what was known goes on verifying, and the next request tries again.
        }
        finally
        {
            isRefreshing = 0;
        }
    }

    private async Task FetchAsync(CancellationToken cancellation)
    {
        // While AuthService is away, those who queued here for it hear so at once instead of one timeout after another.
        if (time.GetUtcNow() - failedAt < FailureMemory)
            throw new HttpRequestException("AuthService did not answer a moment ago.");
        try
        {
            var published = await auth.GetFromJsonAsync<JsonWebKeySet>("/.well-known/jwks.json", cancellation);
            if (published is not { Keys.Count: > 0 })
                throw new HttpRequestException("AuthService published no key.");
            keys = published.Keys.ToFrozenDictionary(key => key.Kid, key => key.ToPublicKey());
            fetchedAt = time.GetUtcNow();
        }
        catch (Exception e) when (e is HttpRequestException or JsonException || e is TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            failedAt = time.GetUtcNow();
            throw new HttpRequestException("AuthService does not answer.", e);
        }
    }
}
