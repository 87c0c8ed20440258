using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Authentication;
using ServiceDefaults.Quotas;

namespace Integration;

/// <summary>What the other services need of AuthService: published keys, service tokens, quotas. Its key is its own.</summary>
internal sealed class TestAuthority : IAsyncDisposable
{
    private const string Kid = "test";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ConcurrentDictionary<Guid, long> quotas = new();
    private readonly WebApplication app;

    private TestAuthority()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/.well-known/jwks.json", () => new JsonWebKeySet([JsonWebKey.From(Kid, key)]));
        app.MapPost("/token", async (HttpRequest request) =>
        {
            var form = await request.ReadFormAsync();
            return Results.Json(new { access_token = Token(form["client_id"]!, form["scope"]!), expires_in = (int)Lifetime.TotalSeconds });
        });
        app.MapPost("/internal/quotas/leases", (QuotaLeaseRequest request) =>
        {
            lock (quotas)
            {
                var granted = quotas[request.KeyId] < request.AtLeast ? 0 : Math.Min(request.Amount, quotas[request.KeyId]);
                return new QuotaLeaseGrant(granted, quotas[request.KeyId] -= granted, new DateTimeOffset(DateTime.UtcNow.Date.AddDays(1), TimeSpan.Zero));
            }
        });
        app.MapPost("/internal/quotas/returns", (QuotaReturn unused) => quotas.AddOrUpdate(unused.KeyId, unused.Amount, (_, left) => left + unused.Amount));
    }

    public string Address => app.Urls.Single();

    public static async Task<TestAuthority> StartNewAsync()
    {
        var authority = new TestAuthority();
        await authority.app.StartAsync();
        return authority;
    }

    public string Token(string subject, params string[] scopes) => Token(subject, scopes, claims => claims);

    /// <summary>A token as an API key with limits gets it.</summary>
    public string Token(string subject, string[] scopes, Func<TokenClaims, TokenClaims> limits)
    {
        var now = TimeProvider.System.GetUtcNow();
        return JsonWebToken.Sign(limits(new TokenClaims(subject, [], scopes, KeyId: null, now, now + Lifetime)), Kid, key);
    }

    /// <summary>A key with a daily quota of items.</summary>
    public Guid NewItemQuota(long items)
    {
        var keyId = Guid.NewGuid();
        quotas[keyId] = items;
        return keyId;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }
}
