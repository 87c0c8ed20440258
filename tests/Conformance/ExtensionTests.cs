using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace Conformance;

/// <summary>Classification, statistics and the model repository.</summary>
[TestFixture]
public sealed class ExtensionTests
{
    private static readonly float[] Pixels = new float[2 * 3 * 128 * 128];
    private readonly Client client = new();

    [OneTimeTearDown]
    public void Release() => client.Dispose();

    [Test]
    public async Task Classification_gives_value_index_and_label_of_the_highest()
    {
        object inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 2, 3, 128, 128 }, data = Pixels } };
        using var raw = await client.InferAsync("mask-detector", new { inputs });
        using var classified = await client.InferAsync("mask-detector", new { inputs, outputs = new[] { new { name = "logits", parameters = new { classification = 1 } } } });
        var logits = (await raw.ShouldBeAsync(HttpStatusCode.OK)).Output("logits").Data();
        var output = (await classified.ShouldBeAsync(HttpStatusCode.OK)).Output("logits");

        Assert.That(output.GetProperty("datatype").GetString(), Is.EqualTo("BYTES"));
        Assert.That(output.Shape(), Is.EqualTo(new[] { 2, 1 }));
        var best = logits[0] >= logits[1] ? 0 : 1;
        var parts = output.GetProperty("data")[0].GetString()!.Split(':');
        Assert.That(float.Parse(parts[0], CultureInfo.InvariantCulture), Is.EqualTo(logits[best]).Within(1e-5f));
        Assert.That(parts[1..], Is.EqualTo(new[] { $"{best}", best == 0 ? "with_mask" : "without_mask" }));
    }

    [Test]
    public async Task Classes_without_labels_and_as_bytes_have_their_length_in_front()
    {
        var input = Golden.Bytes("imagenet1.torch.in");
        object request = new
        {
            inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 1, 3, 224, 224 }, parameters = new { binary_data_size = input.Length } } },
            outputs = new[] { new { name = "output", parameters = new { classification = 3, binary_data = true } } },
        };
        using var answer = await client.InferBinaryAsync(ModelFolder.Classifier, request, input);
        var (json, tensors) = await answer.ReadBinaryAsync();
        Assert.That(json.Output("output").Shape(), Is.EqualTo(new[] { 1, 3 }));

        var bytes = tensors["output"];
        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        var reference = Golden.Floats("imagenet1.mnv2_fp32.out.output");
        Assert.That(Encoding.UTF8.GetString(bytes, 4, length), Does.EndWith($":{Array.IndexOf(reference, reference.Max())}"));
    }

    [Test]
    public async Task Statistics_count_requests_items_and_runs()
    {
        var before = await StatisticsAsync();
        using var answer = await client.InferAsync("mask-detector", new { inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 2, 3, 128, 128 }, data = Pixels } } });
        await answer.ShouldBeAsync(HttpStatusCode.OK);
        var after = await StatisticsAsync();

        Assert.That(after.GetProperty("version").GetString(), Is.EqualTo("1"));
        Assert.That(Count(after, "success") - Count(before, "success"), Is.GreaterThanOrEqualTo(1));
        Assert.That(after.GetProperty("inference_count").GetInt64() - before.GetProperty("inference_count").GetInt64(), Is.GreaterThanOrEqualTo(2));
        Assert.That(after.GetProperty("execution_count").GetInt64(), Is.GreaterThan(before.GetProperty("execution_count").GetInt64()));
        foreach (var part in new[] { "success", "queue", "compute_infer" })
            Assert.That(after.GetProperty("inference_stats").GetProperty(part).GetProperty("ns").GetInt64(), Is.Positive, part);
        Assert.That(after.GetProperty("last_inference").GetInt64(), Is.GreaterThan(0));
        Assert.That(after.GetProperty("batch_stats").GetArrayLength(), Is.Positive);
        using var all = await client.Http.GetAsync("/v2/models/stats");
        await all.ShouldBeAsync(HttpStatusCode.OK);
    }

    [Test]
    public async Task An_unloaded_model_is_listed_as_such_refuses_and_comes_back()
    {
        const string model = "report-scorer";
        using var admin = await Client.AdminAsync();
        await PostAsync(admin, $"/v2/repository/models/{model}/unload");
        try
        {
            using var ready = await client.Http.GetAsync($"/v2/models/{model}/ready");
            await ready.ShouldBeAsync(HttpStatusCode.ServiceUnavailable);
            Assert.That(await ready.Content.ReadAsStringAsync(), Is.EqualTo($$"""{"name":"{{model}}","ready":false}"""));
            using var refused = await client.InferTextAsync(model, "{}");
            await refused.ShouldBeErrorAsync(HttpStatusCode.ServiceUnavailable, "unloaded");
            Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
            Assert.That(await IndexAsync("{}"), Does.Contain($"{model} UNAVAILABLE unloaded").And.Contain("mask-detector READY "));
            Assert.That(await IndexAsync("""{"ready": true}"""), Has.None.StartsWith(model));
        }
        finally
        {
            await PostAsync(admin, $"/v2/repository/models/{model}/load");
        }
        using var again = await client.InferAsync(model, new { inputs = new[] { new { name = "rows", datatype = "FP32", shape = new[] { 1, 4 }, data = new[] { 1, 2, 3, 4 } } } });
        await again.ShouldBeAsync(HttpStatusCode.OK);
        Assert.That(await IndexAsync(""), Does.Contain($"{model} READY "));
    }

    [TestCase("load")]
    [TestCase("unload")]
    public async Task Loading_or_unloading_what_is_not_there_is_404(string act)
    {
        using var admin = await Client.AdminAsync();
        using var answer = await admin.Http.PostAsync($"/v2/repository/models/no-such-model/{act}", null);
        await answer.ShouldBeErrorAsync(HttpStatusCode.NotFound, "no-such-model");
    }

    private static async Task PostAsync(Client caller, string path)
    {
        using var answer = await caller.Http.PostAsync(path, null);
        await answer.ShouldBeAsync(HttpStatusCode.OK);
    }

    private async Task<IEnumerable<string>> IndexAsync(string body)
    {
        using var answer = await client.Http.PostAsync("/v2/repository/index", new StringContent(body));
        return (await answer.ShouldBeAsync(HttpStatusCode.OK)).EnumerateArray().Select(entry =>
            $"{entry.GetProperty("name").GetString()} {entry.GetProperty("state").GetString()} {entry.GetProperty("reason").GetString()}").ToArray();
    }

    private async Task<JsonElement> StatisticsAsync()
    {
        using var answer = await client.Http.GetAsync("/v2/models/mask-detector/versions/1/stats");
        return (await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("model_stats").EnumerateArray().Single();
    }

    private static long Count(JsonElement statistics, string part) => statistics.GetProperty("inference_stats").GetProperty(part).GetProperty("count").GetInt64();
}
