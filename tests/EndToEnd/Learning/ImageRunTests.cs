using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Learning;

/// <summary>A folder of pictures becomes a model that serves, upon what another model that serves makes of them.</summary>
[TestFixture]
public sealed class ImageRunTests
{
    private const int PerClass = 60;

    [Test]
    public async Task A_zip_of_pictures_becomes_a_classifier_that_serves_with_a_report_to_look_at()
    {
        using var admin = await Caller.AdminAsync();
        var name = $"colours-{Guid.NewGuid():N}"[..20];
        using var made = await admin.PostJsonAsync("/v1/datasets", $$"""{"name": "{{name}}", "kind": "image"}""");
        var dataset = $"/v1/datasets/{(await made.ReadJsonAsync()).Id()}";
        using var zip = new ByteArrayContent(Zip()) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } };
        using var posted = await admin.Http.PostAsync($"{dataset}/labels", zip);
        Assert.That(posted.StatusCode, Is.EqualTo(HttpStatusCode.OK), await posted.Content.ReadAsStringAsync());

        using var queued = await admin.PostJsonAsync($"{dataset}/runs", $$"""{"learner": "image-head", "model": "{{name}}", "augment": 1, "promote": true}""");
        Assert.That(queued.StatusCode, Is.EqualTo(HttpStatusCode.Accepted), await queued.Content.ReadAsStringAsync());
        var run = await Eventually.SeeAsync(
            "the run ends", () => ReadAsync(admin, queued.Headers.Location!.ToString()), seen => seen.GetProperty("status").GetString() is not ("queued" or "running"), TimeSpan.FromMinutes(2));
        Assert.That(run.GetProperty("status").GetString(), Is.EqualTo("succeeded"), run.GetRawText());

        var answers = new Dictionary<string, string?>();
        foreach (var (label, colour) in Colours)
        {
            var predicted = await Eventually.SeeAsync("the new model answers", () => PredictAsync(admin, name, TestImages.Coloured(colour.R, colour.G, colour.B, seed: 9000)), answer => answer is not null);
            answers[label] = predicted;
        }
        Assert.That(answers, Is.EqualTo(Colours.Keys.ToDictionary(label => label, label => label)));

        var id = run.Id();
        using var report = await admin.Http.GetAsync($"/v1/runs/{id}/report");
        Assert.That(report.Content.Headers.ContentType?.MediaType, Is.EqualTo("text/html"));
        Assert.That(await report.Content.ReadAsStringAsync(), Does.Contain("<svg").And.Contain("reddish"));
        using var plot = await admin.Http.GetAsync($"/v1/runs/{id}/plots/confusion.svg");
        Assert.That((plot.StatusCode, plot.Content.Headers.ContentType?.MediaType), Is.EqualTo((HttpStatusCode.OK, "image/svg+xml")));
        using var stranger = await Caller.RegisteredAsync();
        using var denied = await stranger.Http.GetAsync($"/v1/runs/{id}/report");
        Assert.That(denied.StatusCode, Is.AnyOf(HttpStatusCode.Forbidden, HttpStatusCode.NotFound));
    }

    private static readonly Dictionary<string, (byte R, byte G, byte B)> Colours = new() { ["reddish"] = (190, 70, 60), ["bluish"] = (60, 80, 190) };

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (label, (r, g, b)) in Colours)
            {
                for (var i = 0; i < PerClass; i++)
                {
                    using var entry = zip.CreateEntry($"{label}/{i}.png").Open();
                    entry.Write(TestImages.Coloured(r, g, b, seed: i + (label.Length * 1000)));
                }
            }
        }
        return bytes.ToArray();
    }

    private static async Task<string?> PredictAsync(Caller caller, string model, byte[] image)
    {
        using var answer = await caller.PostImageAsync(image, model);
        return answer.IsSuccessStatusCode ? (await answer.ReadJsonAsync()).FirstItem().GetProperty("label").GetString() : null;
    }

    private static async Task<JsonElement> ReadAsync(Caller caller, string path)
    {
        using var answer = await caller.Http.GetAsync(path);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        return await answer.ReadJsonAsync();
    }
}
