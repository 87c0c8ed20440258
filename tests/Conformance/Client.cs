using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace Conformance;

/// <summary>Somebody who speaks the protocol to the gateway in plain HTTP.</summary>
internal sealed class Client : IDisposable
{
    public const string JsonLength = "Inference-Header-Content-Length";

    public HttpClient Http { get; } = SuiteFixture.Suite.CreateClient();

    public static async Task<Client> AdminAsync()
    {
        var client = new Client();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["username"] = SuiteFixture.Suite.AdminEmail, ["password"] = SuiteFixture.Suite.AdminPassword,
        });
        using var answer = await client.Http.PostAsync("/token", form);
        client.Http.DefaultRequestHeaders.Authorization = new("Bearer", (await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("access_token").GetString());
        return client;
    }

    public Task<HttpResponseMessage> InferAsync(string model, object request) => InferTextAsync(model, JsonSerializer.Serialize(request));

    public Task<HttpResponseMessage> InferTextAsync(string model, string json) =>
        Http.PostAsync($"/v2/models/{model}/infer", new StringContent(json, Encoding.UTF8, "application/json"));

    /// <summary>JSON and after it the bytes of tensors.</summary>
    public Task<HttpResponseMessage> InferBinaryAsync(string model, object request, params IReadOnlyList<byte[]> tensors) =>
        InferBinaryAsync(model, JsonSerializer.SerializeToUtf8Bytes(request), tensors);

    public Task<HttpResponseMessage> InferBinaryAsync(string model, byte[] json, IReadOnlyList<byte[]> tensors, string? jsonLength = null)
    {
        var content = new ByteArrayContent([.. json, .. tensors.SelectMany(tensor => tensor)]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add(JsonLength, jsonLength ?? json.Length.ToString(CultureInfo.InvariantCulture));
        return Http.PostAsync($"/v2/models/{model}/infer", content);
    }

    public void Dispose() => Http.Dispose();
}

internal static class Answers
{
    public static async Task<JsonElement> ShouldBeAsync(this HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(status), text.Length > 2000 ? text[..2000] : text);
        return text.Length == 0 ? default : Parse(text);
    }

    /// <summary>The protocol's error: an object with nothing but <c>error</c>, a sentence.</summary>
    public static async Task ShouldBeErrorAsync(this HttpResponseMessage answer, HttpStatusCode status, string? named = null)
    {
        var body = await answer.ShouldBeAsync(status);
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        Assert.That(body.EnumerateObject().Select(property => property.Name), Is.EqualTo(new[] { "error" }));
        var text = body.GetProperty("error").GetString();
        Assert.That(text, Is.Not.Empty.And.Not.Contain("Exception").And.Not.Contain("System."));
        if (named is not null)
            Assert.That(text, Does.Contain(named));
    }

    public static JsonElement Output(this JsonElement answer, string name) =>
        answer.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == name);

    public static int[] Shape(this JsonElement tensor) => [.. tensor.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32())];

    public static float[] Data(this JsonElement tensor) => [.. tensor.GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];

    /// <summary>An answer with binary outputs: its JSON, and each output's bytes by name.</summary>
    public static async Task<(JsonElement Json, Dictionary<string, byte[]> Tensors)> ReadBinaryAsync(this HttpResponseMessage answer)
    {
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 2000))));
        var length = int.Parse(answer.Headers.GetValues(Client.JsonLength).Single(), CultureInfo.InvariantCulture);
        var json = Parse(Encoding.UTF8.GetString(bytes.AsSpan(0, length)));
        var tensors = new Dictionary<string, byte[]>();
        foreach (var output in json.GetProperty("outputs").EnumerateArray().Where(output => output.TryGetProperty("parameters", out _)))
        {
            var size = output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32();
            tensors[output.GetProperty("name").GetString()!] = bytes[length..(length + size)];
            length += size;
        }
        Assert.That(length, Is.EqualTo(bytes.Length), "the JSON and the sizes it names are the whole body");
        return (json, tensors);
    }

    public static float[] Floats(this byte[] tensor) => MemoryMarshal.Cast<byte, float>(tensor).ToArray();

    public static byte[] Bytes(this float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static JsonElement Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
