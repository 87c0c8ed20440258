using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Predictions;

[TestFixture]
public sealed class PredictImageTests
{
    [Test]
    public async Task An_image_gets_the_answer_of_the_contract()
    {
        using var caller = Caller.Guest();
        var image = TestImages.Png(120, 90);

        var answer = await caller.PredictAsync(image);

        var item = answer.FirstItem();
        var input = item.GetProperty("input");
        var timings = answer.GetProperty("timings");
        Assert.Multiple(() =>
        {
            Assert.That(answer.Id().Version, Is.EqualTo(7));
            Assert.That(answer.GetProperty("model").GetString(), Is.EqualTo("mask-detector"));
            Assert.That(answer.GetProperty("version").GetString(), Is.EqualTo("1"));
            Assert.That(item.Id().Version, Is.EqualTo(7));
            Assert.That(item.GetProperty("label").GetString(), Is.EqualTo(item.GetProperty("scores")[0].GetProperty("label").GetString()));
            Assert.That(item.GetProperty("scores").EnumerateArray().Sum(score => score.GetProperty("confidence").GetDouble()), Is.EqualTo(1).Within(1e-5));
            Assert.That(input.GetProperty("kind").GetString(), Is.EqualTo("image"));
            Assert.That(input.GetProperty("format").GetString(), Is.EqualTo("png"));
            Assert.That(input.GetProperty("width").GetInt32(), Is.EqualTo(120));
            Assert.That(input.GetProperty("height").GetInt32(), Is.EqualTo(90));
            Assert.That(input.GetProperty("sha256").GetString(), Is.EqualTo(Convert.ToHexStringLower(SHA256.HashData(image))));
            foreach (var name in (string[])["decodeMs", "queueMs", "executeMs", "recordMs", "totalMs"])
                Assert.That(timings.GetProperty(name).GetDouble(), Is.GreaterThanOrEqualTo(0), name);
            Assert.That(timings.GetProperty("batchSize").GetInt32(), Is.GreaterThanOrEqualTo(1));
        });
    }

    [Test]
    public async Task The_image_may_be_the_body_itself()
    {
        using var caller = Caller.Guest();
        using var body = new ByteArrayContent(TestImages.Png());
        body.Headers.ContentType = new MediaTypeHeaderValue("image/png");

        using var answer = await caller.Http.PostAsync("/v1/models/mask-detector/predict?top=1", body);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        Assert.That((await answer.ReadJsonAsync()).FirstItem().GetProperty("scores").GetArrayLength(), Is.EqualTo(1), "top=1");
    }

    [Test]
    public async Task Of_several_images_a_bad_one_gets_its_own_error_and_the_others_are_served()
    {
        using var caller = Caller.Guest();

        using var answer = await caller.PostFilesAsync("/v1/models/mask-detector/predict", "file", TestImages.Png(), "not an image"u8.ToArray(), TestImages.Png(), []);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), await answer.Content.ReadAsStringAsync());
        var items = (await answer.ReadJsonAsync()).GetProperty("predictions");
        Assert.Multiple(() =>
        {
            Assert.That(items[0].TryGetProperty("label", out _), Is.True);
            Assert.That(items[1].GetProperty("error").GetProperty("status").GetInt32(), Is.EqualTo(422));
            Assert.That(items[1].TryGetProperty("id", out _), Is.False);
            Assert.That(items[2].TryGetProperty("label", out _), Is.True);
            Assert.That(items[3].GetProperty("error").GetProperty("status").GetInt32(), Is.EqualTo(400), "an empty file");
        });
    }

    [Test]
    public async Task A_missed_deadline_is_504_and_leaves_nothing_on_record()
    {
        using var caller = await Caller.RegisteredAsync();
        caller.Http.DefaultRequestHeaders.Add("X-Deadline-Ms", "1");

        using var answer = await caller.PostImageAsync(TestImages.Png(3000, 2000)); // takes far longer to decode than that

        await answer.ShouldBeProblemAsync(HttpStatusCode.GatewayTimeout, code: "deadline-exceeded");
        Assert.That((await (await caller.Http.GetAsync("/v1/predictions")).ReadJsonAsync()).GetProperty("items").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Several_bad_images_are_422_and_each_is_named()
    {
        using var caller = Caller.Guest();

        using var answer = await caller.PostFilesAsync("/v1/models/mask-detector/predict", "file", "no"u8.ToArray(), "neither"u8.ToArray());

        var problem = await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "file[0]");
        Assert.That(problem.GetProperty("errors").TryGetProperty("file[1]", out _), Is.True);
    }

    [Test]
    public async Task A_photo_with_a_mask_and_one_without_are_told_apart()
    {
        var photos = SuiteData.Path("mask");
        var split = File.ReadLines(Path.Combine(photos, "split.tsv")).Skip(1).Select(line => line.Split('\t')).Where(row => row[3] == "test").ToArray();
        using var caller = Caller.Guest();

        var right = 0;
        var asked = split.Where(row => row[1] == "with_mask").Take(20).Concat(split.Where(row => row[1] == "without_mask").Take(20)).ToArray();
        foreach (var row in asked)
        {
            using var answer = await caller.PostFilesAsync("/v1/models/mask-detector/predict", "file", await File.ReadAllBytesAsync(Path.Combine(photos, row[0])));
            if (answer.IsSuccessStatusCode && (await answer.ReadJsonAsync()).FirstItem().GetProperty("label").GetString() == row[1])
                right++;
        }

        Assert.That(right, Is.GreaterThanOrEqualTo(asked.Length * 8 / 10));
    }
}
