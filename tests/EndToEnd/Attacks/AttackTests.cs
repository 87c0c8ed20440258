using System.Buffers.Text;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Attacks;

/// <summary>What somebody tries from outside, through the gateway of the running suite. The whole list and where each is tested: docs/security.md.</summary>
[TestFixture]
public sealed class AttackTests
{
    private static readonly string[] Hostile =
        ["' OR 1=1 --", "\"; DROP TABLE users; --", "<script>alert(1)</script>", "${jndi:ldap://127.0.0.1:9/a}", "../../etc/passwd", "%00", "{{7*7}}", "\u202Egpj.exe", "$(reboot)", new('x', 5000)];

    [TestCase("none")]
    [TestCase("HS256 with the public key")]
    [TestCase("ES256 with a key of my own")]
    [TestCase("a changed payload")]
    public async Task A_forged_token_is_401(string how)
    {
        using var user = await Caller.RegisteredAsync();
        var parts = user.Http.DefaultRequestHeaders.Authorization!.Parameter!.Split('.');
        var keys = await (await user.Http.GetAsync("/.well-known/jwks.json")).Content.ReadAsStringAsync();
        var payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        payload["roles"] = new JsonArray("admin");
        var forged = Forge(how, parts, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload.ToJsonString())), keys);

        using var attacker = Caller.WithBearer(forged);
        foreach (var path in (string[])["/v1/auth/me", "/v1/admin/users", "/v1/models"])
            Assert.That((await attacker.Http.GetAsync(path)).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), path);
    }

    [Test]
    public async Task Headers_that_claim_to_be_somebody_change_nothing()
    {
        using var user = await Caller.RegisteredAsync();
        foreach (var name in (string[])["X-User-Id", "X-Role", "X-Roles", "X-Scopes", "X-Forwarded-User", "X-Auth-Request-User", "Remote-User", "X-Original-URL", "X-Client-Address"])
            user.Http.DefaultRequestHeaders.TryAddWithoutValidation(name, "admin");
        Assert.That((await user.Http.GetAsync("/v1/admin/users")).StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That((await (await user.Http.GetAsync("/v1/auth/me")).ReadJsonAsync()).GetProperty("role").GetString(), Is.EqualTo("user"));
    }

    [Test]
    public async Task What_is_somebody_elses_is_not_there()
    {
        using var owner = await Caller.RegisteredAsync();
        using var other = await Caller.RegisteredAsync();
        var prediction = await owner.PredictAsync(TestImages.Png());
        var key = (await (await owner.Http.PostAsJsonAsync("/v1/auth/keys", new { name = "mine" })).ReadJsonAsync()).Id();
        var task = (await (await owner.Http.PostAsync("/v1/models/report-scorer/tasks", Body("""{"abuse_type": "MSG", "report_text_len": 1, "profile_rating": 1, "popularity": 1}""", "application/x-ndjson"))).ReadJsonAsync()).Id();
        var item = prediction.FirstItem().Id();

        foreach (var path in (string[])
            [$"/v1/predictions/{prediction.Id()}", $"/v1/predictions/{item}", $"/v1/predictions/{item}/image", $"/v1/predictions/{item}/feedback", $"/v1/auth/keys/{key}/usage", $"/v1/tasks/{task}", $"/v1/tasks/{task}/results", $"/task/{task}"])
            Assert.That((await other.Http.GetAsync(path)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
        foreach (var path in (string[])[$"/v1/auth/keys/{key}", $"/v1/tasks/{task}"])
            Assert.That((await other.Http.DeleteAsync(path)).StatusCode, Is.EqualTo(HttpStatusCode.NotFound), path);
        using var judged = await other.Http.PutAsJsonAsync($"/v1/predictions/{item}/feedback", new { correct = false });
        Assert.That(judged.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That((await owner.Http.GetAsync($"/v1/predictions/{item}")).StatusCode, Is.EqualTo(HttpStatusCode.OK), "for its owner it is");
    }

    [TestCase("predict", "PUT", "/v1/predictions/0193a000-0000-7000-8000-000000000000/feedback", "feedback")]
    [TestCase("feedback", "POST", "/v1/models/report-scorer/predict", "predict")]
    public async Task A_missing_scope_is_403_and_named(string has, string method, string path, string needs)
    {
        using var user = await Caller.RegisteredAsync();
        var made = await (await user.Http.PostAsJsonAsync("/v1/auth/keys", new { name = "narrow", scopes = (string[])[has] })).ReadJsonAsync();
        using var key = Caller.WithKey(made.GetProperty("key").GetString()!);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = JsonContent.Create(new { correct = true, rows = Array.Empty<object>() }) };
        var problem = await (await key.Http.SendAsync(request)).ShouldBeProblemAsync(HttpStatusCode.Forbidden, code: "missing-scope");
        Assert.That(problem.GetProperty("detail").GetString(), Does.Contain(needs));
    }

    [Test]
    public async Task A_text_meant_for_another_ear_is_data_or_refused_in_every_field()
    {
        using var user = await Caller.RegisteredAsync();
        foreach (var text in Hostile)
        {
            using var registered = await user.Http.PostAsJsonAsync("/v1/auth/register", new { email = text, password = "correct horse battery 9", consent = new { version = text } });
            using var named = await user.Http.PostAsJsonAsync("/v1/auth/keys", new { name = text, scopes = (string[])["predict"], models = (string[])[text] });
            using var scoped = await user.Http.PostAsJsonAsync("/v1/auth/keys", new { name = "k", scopes = (string[])[text] });
            using var modelled = await user.PostJsonAsync($"/v1/models/{Uri.EscapeDataString(text[..Math.Min(text.Length, 500)])}/predict", """{"rows": [{}]}""");
            using var category = await user.PostJsonAsync("/v1/models/report-scorer/predict", JsonSerializer.Serialize(new { rows = new[] { new { abuse_type = text, report_text_len = 1, profile_rating = 1, popularity = 1 } } }));
            using var asked = await user.Http.GetAsync($"/v1/predictions?model={Uri.EscapeDataString(text)}&label={Uri.EscapeDataString(text)}&cursor={Uri.EscapeDataString(text)}");
            using var signedIn = await user.Http.PostAsync("/token", new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = text, ["username"] = text, ["password"] = text }));
            foreach (var answer in (HttpResponseMessage[])[registered, named, scoped, modelled, category, asked, signedIn])
                Assert.That((int)answer.StatusCode, Is.LessThan(500), $"{answer.RequestMessage!.RequestUri!.AbsolutePath} with {text[..Math.Min(text.Length, 40)]}: {await answer.Content.ReadAsStringAsync()}");
        }
        await user.PredictRowsAsync(); // and it still works
    }

    [Test]
    public async Task A_zip_bomb_is_413_and_the_service_unharmed()
    {
        using var user = await Caller.RegisteredAsync();
        using var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create, leaveOpen: true))
        {
            await using var entry = zip.CreateEntry("zeros.bmp", CompressionLevel.SmallestSize).Open();
            await entry.WriteAsync(new byte[64 << 20]);
        }
        using var answer = await user.Http.PostAsync("/v1/models/mask-detector/tasks", new ByteArrayContent(bomb.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } });
        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
        await user.PredictAsync(TestImages.Png());
    }

    private static string Forge(string how, string[] parts, string payload, string keys)
    {
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        switch (how)
        {
            case "none":
                header["alg"] = "none";
                return $"{Encoded(header)}.{payload}.";
            case "HS256 with the public key":
                header["alg"] = "HS256";
                return Signed(header, payload, bytes => HMACSHA256.HashData(Encoding.UTF8.GetBytes(keys), bytes));
            case "ES256 with a key of my own":
                using (var own = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                    return Signed(header, payload, bytes => own.SignData(bytes, HashAlgorithmName.SHA256));
            default:
                return $"{parts[0]}.{payload}.{parts[2]}";
        }
    }

    private static string Signed(JsonNode header, string payload, Func<byte[], byte[]> sign)
    {
        var text = $"{Encoded(header)}.{payload}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    private static string Encoded(JsonNode header) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header.ToJsonString()));

    private static StringContent Body(string text, string type) => new(text, Encoding.UTF8) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
}
