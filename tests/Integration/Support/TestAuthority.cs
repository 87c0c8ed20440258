using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using ServiceDefaults.Authentication;

namespace Integration;

/// <summary>What the other services need of AuthService: published keys and service tokens. Its key is its own.</summary>
internal sealed class TestAuthority : IAsyncDisposable
{
    private const string Kid = "test";
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
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
    }

    public string Address => app.Urls.Single();

    public static async Task<TestAuthority> StartNewAsync()
    {
        var authority = new TestAuthority();
        await authority.app.StartAsync();
        return authority;
    }

    public string Token(string subject, params string[] scopes) => Token(subject, roles: [], scopes);

    public string Token(string subject, string[] roles, string[] scopes)
    {
        var now = TimeProvider.System.GetUtcNow();
        return JsonWebToken.Sign(new TokenClaims(subject, roles, scopes, KeyId: null, now, now + Lifetime), Kid, key);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        key.Dispose();
    }
}
