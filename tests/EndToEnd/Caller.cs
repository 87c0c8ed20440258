using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace EndToEnd;

/// <summary>Somebody who calls the gateway over plain HTTP: a guest, a registered user, the admin, or the holder of a key.</summary>
public sealed class Caller : IDisposable
{
    private const string Password = "correct horse battery 9";

    /// <summary>What was never right, and has no place in a log either.</summary>
    public const string WrongPassword = "wrong donkey capacitor 9";

    private static readonly ConcurrentDictionary<string, bool> Seen = new() { [Password] = true };

    private Caller() => Http = SuiteFixture.Suite.CreateClient();

    public HttpClient Http { get; }

    /// <summary>Every password, token and key that a caller of this run has used.</summary>
    public static IEnumerable<string> Secrets => Seen.Keys;

    public static Caller Guest() => new();

    public static Caller WithKey(string key)
    {
        var caller = new Caller();
        Seen[key] = true;
        caller.Http.DefaultRequestHeaders.Add("X-API-Key", key);
        return caller;
    }

    public static Caller WithBearer(string token)
    {
        var caller = new Caller();
        Seen[token] = true;
        caller.Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return caller;
    }

    /// <summary>A new user of their own, logged in.</summary>
    public static async Task<Caller> RegisteredAsync()
    {
        using var guest = Guest();
        var email = $"user-{Guid.NewGuid():N}@example.org";
        var registered = await guest.Http.PostAsJsonAsync("/v1/auth/register", new { email, password = Password, consent = new { version = "1" } });
        Assert.That(registered.StatusCode, Is.EqualTo(HttpStatusCode.Created), await registered.Content.ReadAsStringAsync());
        return await LoginAsync(email, Password);
    }

    public static Task<Caller> AdminAsync() => LoginAsync(SuiteFixture.Suite.AdminEmail, SuiteFixture.Suite.AdminPassword);

    public static async Task<Caller> LoginAsync(string email, string password)
    {
        using var guest = Guest();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = email, ["password"] = password });
        var answer = await guest.Http.PostAsync("/token", form);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return WithBearer((await answer.ReadJsonAsync()).GetProperty("access_token").GetString()!);
    }

    /// <summary>A multipart form with one part per file, all under one name.</summary>
    public Task<HttpResponseMessage> PostFilesAsync(string path, string field, params IReadOnlyList<byte[]> files) =>
        Http.PostAsync(path, Form(field, files));

    public Task<HttpResponseMessage> PostImageAsync(byte[] image, string model = "mask-detector") => PostFilesAsync($"/v1/models/{model}/predict", "file", image);

    public Task<HttpResponseMessage> PostJsonAsync(string path, string json) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>Predicts and expects it to work.</summary>
    public async Task<JsonElement> PredictAsync(byte[] image)
    {
        using var answer = await PostImageAsync(image);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.ReadJsonAsync();
    }

    public async Task<JsonElement> PredictRowsAsync(string rows = Rows.One)
    {
        using var answer = await PostJsonAsync("/v1/models/report-scorer/predict", $$"""{"rows": {{rows}}}""");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.ReadJsonAsync();
    }

    public static MultipartFormDataContent Form(string field, IReadOnlyList<byte[]> files, string contentType = "image/png")
    {
        var form = new MultipartFormDataContent();
        foreach (var (index, file) in files.Index())
        {
            var part = new ByteArrayContent(file);
            part.Headers.ContentType = new MediaTypeHeaderValue(contentType);
            form.Add(part, field, $"picture-{index}.png");
        }
        return form;
    }

    public void Dispose() => Http.Dispose();
}

internal static class Rows
{
    public const string One = """[{"abuse_type": "MSG", "report_text_len": 120, "profile_rating": 2.5, "popularity": 40}]""";
    public const string Two = """
        [{"abuse_type": "MSG", "report_text_len": 120, "profile_rating": 2.5, "popularity": 40},
         {"abuse_type": "never seen", "report_text_len": null, "profile_rating": 0, "popularity": 3}]
        """;
}
