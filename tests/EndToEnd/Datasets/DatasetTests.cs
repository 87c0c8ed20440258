using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Datasets;

/// <summary>Labels through the gateway in every form, and predictions that become items to label.</summary>
[TestFixture]
public sealed class DatasetTests
{
    [Test]
    public async Task Labels_go_in_as_CSV_NDJSON_and_JSON_and_come_out_of_a_snapshot()
    {
        await using var outside = await OutsideSubscriber.StartNewAsync(SuiteFixture.Suite.RabbitMqUri, "labels.added");
        using var admin = await Caller.AdminAsync();
        var dataset = await CreateAsync(admin, "tabular");

        var csv = await PostAsync(admin, dataset, "age,plan,label\n31,free,no\n,\"pro, yearly\",yes\n"u8.ToArray(), "text/csv");
        var ndjson = await PostAsync(admin, dataset, Encoding.UTF8.GetBytes("""{"age": 31, "plan": "free", "label": "no"}""" + "\n" + """{"age": 8, "plan": "free", "label": "no"}"""), "application/x-ndjson");
        var json = await PostAsync(admin, dataset, """[{"age": 9, "plan": "new", "label": "yes"}]"""u8.ToArray(), "application/json");
        using var refused = await SendAsync(admin, dataset, "age,plan,label\nold,free,no\n"u8.ToArray(), "text/csv");
        using var made = await admin.Http.PostAsync($"{dataset}/snapshots", null);
        var snapshot = await made.ReadJsonAsync();
        var rows = await admin.Http.GetStringAsync($"{dataset}/snapshots/{snapshot.Id()}/rows?format=csv");

        Assert.That(new[] { csv, ndjson, json }.Select(answer => answer.GetProperty("added").GetInt32()), Is.EqualTo(new[] { 2, 1, 1 }));
        Assert.That(ndjson.GetProperty("duplicates").GetInt32(), Is.EqualTo(1));
        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "rows[1].age", "bad-rows");
        Assert.That(problem.GetProperty("rows")[0].GetProperty("line").GetInt32(), Is.EqualTo(2));
        Assert.That(snapshot.GetProperty("rows").GetInt32(), Is.EqualTo(4));
        Assert.That(rows.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(5));
        await Eventually.SeeAsync(
            "the events arrive", () => Task.FromResult(outside.Events.Count(e => dataset.EndsWith(e.Body.GetProperty("dataset").GetString()!, StringComparison.Ordinal))), count => count == 3, TimeSpan.FromSeconds(30));
    }

    [Test]
    public async Task A_zip_of_images_and_the_least_confident_predictions_become_a_data_set()
    {
        using var admin = await Caller.AdminAsync();
        var dataset = await CreateAsync(admin, "image");
        var predicted = await admin.PredictAsync(TestImages.Png());

        var zip = await PostAsync(admin, dataset, Zip("with_mask/1.png", "with_mask/2.png", "without_mask/1.png"), "application/zip");
        using var added = await admin.PostJsonAsync($"{dataset}/items/from-predictions", """{"model": "mask-detector", "maxConfidence": 1, "limit": 1000}""");
        var items = await added.ReadJsonAsync();
        var waiting = (await ReadAsync(admin, $"{dataset}/labels?labelled=false&id={predicted.FirstItem().Id()}")).GetProperty("items");

        Assert.That(zip.GetProperty("added").GetInt32(), Is.EqualTo(3));
        Assert.That(items.GetProperty("added").GetInt32(), Is.GreaterThanOrEqualTo(1), items.GetRawText());
        Assert.That(waiting.GetArrayLength(), Is.EqualTo(1));
        using var labelled = await admin.Http.PutAsync($"{dataset}/labels/{waiting[0].Id()}", new StringContent("""{"label": "with_mask"}""", Encoding.UTF8, "application/json"));
        Assert.That(labelled.StatusCode, Is.EqualTo(HttpStatusCode.OK), await labelled.Content.ReadAsStringAsync());
        var statistics = await ReadAsync(admin, $"{dataset}/statistics");
        Assert.That(statistics.GetProperty("classes")[0].GetRawText(), Is.EqualTo("""{"value":"with_mask","count":3}"""));
    }

    private static async Task<string> CreateAsync(Caller caller, string kind)
    {
        using var answer = await caller.PostJsonAsync("/v1/datasets", $$"""{"name": "set-{{Guid.NewGuid():N}}x", "kind": "{{kind}}"}""");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), await answer.Content.ReadAsStringAsync());
        return $"/v1/datasets/{(await answer.ReadJsonAsync()).Id()}";
    }

    private static Task<HttpResponseMessage> SendAsync(Caller caller, string dataset, byte[] body, string contentType)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return caller.Http.PostAsync($"{dataset}/labels", content);
    }

    private static async Task<JsonElement> PostAsync(Caller caller, string dataset, byte[] body, string contentType)
    {
        using var answer = await SendAsync(caller, dataset, body, contentType);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.ReadJsonAsync();
    }

    private static async Task<JsonElement> ReadAsync(Caller caller, string path)
    {
        using var answer = await caller.Http.GetAsync(path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.ReadJsonAsync();
    }

    private static byte[] Zip(params string[] names)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(TestImages.Png());
            }
        }
        return bytes.ToArray();
    }
}
