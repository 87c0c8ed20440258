using System.Net;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Compatibility;

/// <summary>The calls that people already have, answered in the shapes they know.</summary>
[TestFixture]
public sealed class CompatibilityTests
{
    private readonly Caller caller = Caller.Guest();

    [OneTimeTearDown]
    public void Leave() => caller.Dispose();

    [Test]
    public async Task Root_says_what_this_is()
    {
        var answer = await (await caller.Http.GetAsync("/")).ReadJsonAsync();
        Assert.That(answer.TryGetProperty("name", out _) && answer.TryGetProperty("version", out _) && answer.TryGetProperty("endpoints", out _), Is.True, answer.ToString());
    }

    [TestCase("/health", """{"status":"healthy","model_loaded":true}""")]
    [TestCase("/heartbeat", """{"status":"ok"}""")]
    public async Task Probes_answer_to_the_letter(string path, string expected) =>
        Assert.That(await caller.Http.GetStringAsync(path), Is.EqualTo(expected));

    [Test]
    public async Task Detect_answers_one_image()
    {
        using var answer = await caller.PostFilesAsync("/detect", "file", TestImages.Png());

        var detection = await answer.ReadJsonAsync();
        var hasMask = detection.GetProperty("prediction").GetString() == "with_mask";
        Assert.Multiple(() =>
        {
            Assert.That(detection.EnumerateObject().Select(p => p.Name), Is.EqualTo((string[])["success", "prediction", "confidence", "has_mask", "message"]));
            Assert.That(detection.GetProperty("success").GetBoolean(), Is.True);
            Assert.That(detection.GetProperty("confidence").GetDouble(), Is.InRange(0.5, 1));
            Assert.That(detection.GetProperty("has_mask").GetBoolean(), Is.EqualTo(hasMask));
            Assert.That(detection.GetProperty("message").GetString(), Is.EqualTo($"Mask detected: {(hasMask ? "true" : "false")}"));
        });
    }

    [Test]
    public async Task Detect_batch_answers_each_by_its_file_name()
    {
        using var answer = await caller.PostFilesAsync("/detect-batch", "files", TestImages.Png(), TestImages.Png());

        var batch = await answer.ReadJsonAsync();
        Assert.Multiple(() =>
        {
            Assert.That(batch.GetProperty("success").GetBoolean(), Is.True);
            Assert.That(batch.GetProperty("total").GetInt32(), Is.EqualTo(2));
            Assert.That(batch.GetProperty("results").EnumerateArray().Select(r => r.GetProperty("filename").GetString()), Is.EqualTo((string[])["picture-0.png", "picture-1.png"]));
        });
    }

    [TestCase("/prediction")]
    [TestCase("/predict")]
    public async Task Prediction_scores_rows_in_their_order_and_ranks_them(string path)
    {
        using var answer = await caller.PostJsonAsync(path, Rows.Two);

        var scored = await answer.ReadJsonAsync();
        var scores = scored.GetProperty("scores").EnumerateArray().Select(score => score.GetDouble()).ToArray();
        var ranking = scored.GetProperty("ranking").EnumerateArray().Select(index => index.GetInt32()).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(scored.GetProperty("task_id").GetGuid().Version, Is.EqualTo(7));
            Assert.That(scored.GetProperty("status").GetString(), Is.EqualTo("succeeded"));
            Assert.That(scores, Has.Length.EqualTo(2));
            Assert.That(ranking.Select(index => scores[index]), Is.Ordered.Descending);
        });
    }

    [Test]
    public async Task The_row_of_the_documented_example_is_scored()
    {
        using var answer = await caller.PostJsonAsync("/prediction", """[{"abuse_type": "MSG", "report_text_len": 0, "profile_rating": 0, "popularity": 0}]""");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
    }

    [Test]
    public async Task Upload_without_an_ImageNet_model_says_how_to_get_one()
    {
        using var answer = await caller.PostFilesAsync("/upload", "file", TestImages.Png());

        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable, code: "model-not-installed");
        Assert.That(problem.GetProperty("detail").GetString(), Does.Contain("./suite models pull resnet50"));
        Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
    }
}
