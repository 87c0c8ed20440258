using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Benchmarks.Subjects;

/// <summary>A user of the suite with a key that no rate limit holds back.</summary>
public sealed class Caller : IDisposable
{
    public const int MostPerMinute = 1_000_000; // the most a key can be given; BenchSuite allows it
    private const string Email = "bench@example.org", Password = "a load that is not for a person 7";
    private readonly HttpClient gateway;

    private Caller(Uri gateway) => this.gateway = new HttpClient { BaseAddress = gateway };

    public string Key { get; private set; } = "";

    public static async Task<Caller> RegisterAsync(Uri gateway, CancellationToken cancellation)
    {
        var caller = new Caller(gateway);
        await PostAsync(caller.gateway, "/v1/auth/register", JsonContent.Create(new { email = Email, password = Password, consent = new { version = "1" } }), cancellation);
        caller.gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await caller.TokenAsync(cancellation));
        caller.Key = (await caller.NewKeyAsync(cancellation)).Key;
        return caller;
    }

    public async Task<(string Id, string Key)> NewKeyAsync(CancellationToken cancellation)
    {
        var key = await PostAsync(gateway, "/v1/auth/keys", JsonContent.Create(new { name = "bench", requestsPerMinute = MostPerMinute }), cancellation);
        return (key.GetProperty("id").GetString()!, key.GetProperty("key").GetString()!);
    }

    public async Task RevokeAsync(string keyId, CancellationToken cancellation)
    {
        using var answer = await gateway.DeleteAsync($"/v1/auth/keys/{keyId}", cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>A token that services take directly, good for ten minutes.</summary>
    public async Task<string> TokenAsync(CancellationToken cancellation)
    {
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = Email, ["password"] = Password });
        return (await PostAsync(gateway, "/token", form, cancellation)).GetProperty("access_token").GetString()!;
    }

    public void Dispose() => gateway.Dispose();

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, HttpContent body, CancellationToken cancellation)
    {
        using var answer = await http.PostAsync(path, body, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"POST {path}: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }
}
