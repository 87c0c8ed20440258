using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using TrainingService;
using TrainingService.Evaluations;

namespace Integration.TrainingService.Evaluations;

public class ImageEvaluationTests
{
    private const int Images = 60;

    [Test]
    public async Task Images_are_answered_as_whoever_predicts_them_is()
    {
        var subject = Guid.CreateVersion7().ToString();
        using var http = await JudgedModel.Training.ClientInRoleAsync(subject, "user", "train");
        var dataset = (await http.PostAsync("/v1/datasets", JudgedModel.Json($$"""{"name": "set-{{Guid.NewGuid():N}}x", "kind": "image"}""")).ReadAsync(HttpStatusCode.Created)).Text("id");
        var images = Enumerable.Range(0, Images).Select(i => TestImages.Coloured((byte)(i * 4), (byte)(255 - (i * 3)), (byte)(i * 37), i)).ToArray();
        var answers = new Dictionary<string, string>();
        foreach (var image in images)
            answers[Convert.ToHexStringLower(SHA256.HashData(image))] = await PredictAsync(image);
        using var zip = Zip(images.Index().Select(image => ($"{(image.Index % 2 == 0 ? "with_mask" : "without_mask")}/{image.Index}.png", image.Item)));
        await http.PostAsync($"/v1/datasets/{dataset}/labels", zip).ReadAsync();

        var queued = await http.PostAsync($"/v1/registry/models/{JudgementServices.Masks}/versions/1/evaluations", JudgedModel.Json($$"""{"dataset": "{{dataset}}"}""")).ReadAsync(HttpStatusCode.Accepted);
        var run = await Eventually.SeeAsync(
            "the run ends", async () => await http.GetAsync($"/v1/runs/{queued.Text("run")}").ReadAsync(), seen => seen.Text("status") is not ("queued" or "running"), TimeSpan.FromMinutes(1), () => JudgedModel.Training.Log);

        Assert.That(run.Text("status"), Is.EqualTo("succeeded"), $"{run}");
        var expected = await ExpectedAsync(Guid.Parse(dataset), answers);
        Assert.That(run["result"]!["reference"]!["rows"]!.GetValue<int>(), Is.EqualTo(20));
        Assert.That(run["result"]!["reference"]!["accuracy"]!.GetValue<double>(), Is.EqualTo(expected).Within(1e-9));
    }

    /// <summary>The share of the reference rows whose label is what was predicted.</summary>
    private static Task<double> ExpectedAsync(Guid dataset, Dictionary<string, string> answers) => JudgedModel.InScopeAsync(async services =>
    {
        var db = services.GetRequiredService<TrainingDb>();
        var found = await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == dataset);
        var ids = (await services.GetRequiredService<ReferenceSets>().ReadAsync(found.Number, found.Revision, CancellationToken.None)).Select(row => row.Id).ToArray();
        var rows = await db.Labels.Where(l => l.Dataset == found.Number && ids.Contains(l.Id)).ToListAsync();
        return rows.Average(row => answers[Convert.ToHexStringLower(row.Image!)] == row.Text ? 1.0 : 0.0);
    });

    private static async Task<string> PredictAsync(byte[] image)
    {
        using var content = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
        var answer = await JudgementServices.Suite.Inference.Caller.PostAsync($"/v1/models/{JudgementServices.Masks}/predict", content).ReadAsync();
        return answer["predictions"]![0]!.Text("label");
    }

    private static ByteArrayContent Zip(IEnumerable<(string Name, byte[] Content)> entries)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in entries)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return new ByteArrayContent(bytes.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } };
    }
}
