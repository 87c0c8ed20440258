using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace AuthService.SigningKeys;

/// <summary>
/// The keys that sign access tokens, as this replica knows them. They live in the database, so every replica signs with the same one;
/// a rotation logs nobody out, since what an older key signed verifies as long as such a token lives.
/// </summary>
public sealed class SigningKeyRing(IServiceScopeFactory scopes, Sealing sealing, TimeProvider time) : IVerificationKeys
{
    private static readonly TimeSpan MinReloadInterval = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim gate = new(1, 1);
    private FrozenDictionary<string, SigningKey> keys = FrozenDictionary<string, SigningKey>.Empty;
    private DateTimeOffset loadedAt = DateTimeOffset.MinValue;

    public bool IsLoaded => keys.Count > 0;

    /// <summary>All published keys, newest first.</summary>
    /// <exception cref="ProblemException">503: the service has only just started. An empty answer would be believed.</exception>
    public IReadOnlyList<JsonWebKey> Published =>
        !IsLoaded ? throw Starting() : [.. keys.Values.OrderByDescending(key => key.SignsFrom).Select(key => JsonWebKey.From(key.Kid, key.Key))];

    /// <summary>What new tokens are signed with: the newest whose time has come.</summary>
    /// <exception cref="ProblemException">503: the service has only just started.</exception>
    public SigningKey Current
    {
        get
        {
            var now = time.GetUtcNow();
            return keys.Values.Where(key => key.SignsFrom <= now).MaxBy(key => key.SignsFrom) ?? keys.Values.MinBy(key => key.SignsFrom) ?? throw Starting();
        }
    }

    /// <exception cref="ProblemException">503: the service has only just started.</exception>
    public async ValueTask<ECDsa?> FindAsync(string kid, CancellationToken cancellation)
    {
        if (!IsLoaded)
            throw Starting();
        // Unknown may mean that another replica has rotated; asked for too often it is somebody guessing.
        if (!keys.ContainsKey(kid) && time.GetUtcNow() - loadedAt >= MinReloadInterval)
            await LoadAsync(cancellation);
        return keys.GetValueOrDefault(kid)?.Key;
    }

    /// <summary>Reads the keys anew.</summary>
    /// <exception cref="InvalidOperationException">They are sealed with another master key.</exception>
    public async Task LoadAsync(CancellationToken cancellation)
    {
        var asked = time.GetUtcNow();
        await gate.WaitAsync(cancellation);
        try
        {
            if (loadedAt > asked)
                return; // read while this call waited
            var began = time.GetUtcNow();
            await using var scope = scopes.CreateAsyncScope();
            var stored = await scope.ServiceProvider.GetRequiredService<AuthDb>().SigningKeys.AsNoTracking().ToListAsync(cancellation);
            keys = stored.Select(key => keys.GetValueOrDefault(key.Kid) ?? key.Open(sealing)).ToFrozenDictionary(key => key.Kid);
            loadedAt = began;
        }
        finally
        {
            gate.Release();
        }
    }

    private static ProblemException Starting() =>
        ProblemException.Unavailable("starting", "AuthService has no signing key yet.", TimeSpan.FromSeconds(1));
}
