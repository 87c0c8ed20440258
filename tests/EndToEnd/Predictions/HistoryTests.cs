using System.Net;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Predictions;

[TestFixture]
public sealed class HistoryTests
{
    [Test]
    public async Task A_request_and_each_of_its_items_can_be_read_back_by_id()
    {
        using var caller = await Caller.RegisteredAsync();
        using var predicted = await caller.PostFilesAsync("/v1/models/mask-detector/predict", "file", TestImages.Png(), TestImages.Png());
        var answer = await predicted.ReadJsonAsync();

        var request = await (await caller.Http.GetAsync($"/v1/predictions/{answer.Id()}")).ReadJsonAsync();
        var item = await (await caller.Http.GetAsync($"/v1/predictions/{answer.GetProperty("predictions")[1].Id()}")).ReadJsonAsync();

        Assert.Multiple(() =>
        {
            Assert.That(request.GetProperty("predictions").GetArrayLength(), Is.EqualTo(2));
            Assert.That(request.GetProperty("predictions")[0].Id(), Is.EqualTo(answer.FirstItem().Id()));
            Assert.That(item.Id(), Is.EqualTo(answer.Id()), "the request's id is shown with the item");
            Assert.That(item.GetProperty("predictions").GetArrayLength(), Is.EqualTo(1));
            Assert.That(item.FirstItem().GetProperty("confidence").GetDouble(), Is.EqualTo(answer.GetProperty("predictions")[1].GetProperty("confidence").GetDouble()).Within(1e-9));
        });
    }

    [Test]
    public async Task The_image_comes_back_as_it_was_sent()
    {
        using var caller = await Caller.RegisteredAsync();
        var image = TestImages.Png(77, 33);
        var answer = await caller.PredictAsync(image);

        using var stored = await caller.Http.GetAsync($"/v1/predictions/{answer.FirstItem().Id()}/image");

        Assert.That(stored.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(stored.Content.Headers.ContentType?.MediaType, Is.EqualTo("image/png"));
        Assert.That(await stored.Content.ReadAsByteArrayAsync(), Is.EqualTo(image));
    }

    [Test]
    public async Task Somebody_elses_prediction_is_not_there()
    {
        using var owner = await Caller.RegisteredAsync();
        using var other = await Caller.RegisteredAsync();
        var item = (await owner.PredictAsync(TestImages.Png())).FirstItem().Id();

        foreach (var path in (string[])[$"/v1/predictions/{item}", $"/v1/predictions/{item}/image", $"/v1/predictions/{item}/feedback"])
        {
            using var answer = await other.Http.GetAsync(path);
            await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound);
        }
    }

    [Test]
    public async Task The_list_pages_through_everything_once_newest_first()
    {
        using var caller = await Caller.RegisteredAsync();
        var made = new List<Guid>();
        for (var i = 0; i < 5; i++)
            made.Add((await caller.PredictRowsAsync()).FirstItem().Id());

        var seen = new List<Guid>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await (await caller.Http.GetAsync($"/v1/predictions?model=report-scorer&limit=2{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}")).ReadJsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Id()));
            cursor = page.TryGetProperty("next", out var next) ? next.GetString() : null;
        }

        made.Reverse();
        Assert.That(seen, Is.EqualTo(made));
    }

    [TestCase("sort=size", "sort")]
    [TestCase("cursor=zzz", "cursor")]
    [TestCase("limit=0", "limit")]
    [TestCase("limit=abc", "limit")]
    [TestCase("from=yesterday", "from")]
    public async Task A_bad_filter_is_400_and_named(string query, string field)
    {
        using var caller = Caller.Guest();
        using var answer = await caller.Http.GetAsync($"/v1/predictions?{query}");
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, field);
    }
}
