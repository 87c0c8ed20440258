using System.Net;
using System.Net.Http.Json;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Feedback;

[TestFixture]
public sealed class FeedbackTests
{
    [Test]
    public async Task Feedback_right_after_the_answer_is_taken_although_its_event_may_still_be_on_its_way()
    {
        using var caller = await Caller.RegisteredAsync();
        var item = (await caller.PredictAsync(TestImages.Png())).FirstItem().Id();

        using var given = await caller.Http.PutAsJsonAsync($"/v1/predictions/{item}/feedback", new { correct = false, label = "with_mask", rating = 2 });
        Assert.That(given.StatusCode, Is.EqualTo(HttpStatusCode.OK), await given.Content.ReadAsStringAsync());

        var read = await (await caller.Http.GetAsync($"/v1/predictions/{item}/feedback")).ReadJsonAsync();
        Assert.That(read.GetProperty("label").GetString(), Is.EqualTo("with_mask"));
    }

    [Test]
    public async Task The_last_word_counts_and_each_new_one_is_announced()
    {
        await using var outside = await OutsideSubscriber.StartNewAsync(SuiteFixture.Suite.RabbitMqUri, "feedback.received");
        using var caller = await Caller.RegisteredAsync();
        var item = (await caller.PredictAsync(TestImages.Png())).FirstItem().Id();

        await caller.Http.PutAsJsonAsync($"/v1/predictions/{item}/feedback", new { correct = true });
        await caller.Http.PutAsJsonAsync($"/v1/predictions/{item}/feedback", new { correct = true });
        await caller.Http.PutAsJsonAsync($"/v1/predictions/{item}/feedback", new { correct = false, label = "with_mask" });

        await outside.WaitForAsync("the second judgement", e => IsAbout(e, item) && !e.Body.GetProperty("correct").GetBoolean());
        Assert.That(outside.Events.Count(e => IsAbout(e, item)), Is.EqualTo(2), "saying the same again announces nothing");
        var read = await (await caller.Http.GetAsync($"/v1/predictions/{item}/feedback")).ReadJsonAsync();
        Assert.That(read.GetProperty("correct").GetBoolean(), Is.False);
    }

    [TestCase("""{}""", "body")]
    [TestCase("""{"rating": 6}""", "rating")]
    [TestCase("""{"label": " "}""", "label")]
    [TestCase("""{"correct": "true"}""", "correct")]
    [TestCase("""{"correct": true, "evil": 1}""", "evil")]
    [TestCase("", "body")]
    [TestCase("{", "body")]
    public async Task Bad_feedback_is_400_and_names_the_field(string body, string field)
    {
        using var caller = await Caller.RegisteredAsync();
        using var answer = await caller.Http.PutAsync($"/v1/predictions/{Guid.NewGuid()}/feedback", new StringContent(body, System.Text.Encoding.UTF8, "application/json"));
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, field);
    }

    [Test]
    public async Task Feedback_on_what_is_not_there_is_404()
    {
        using var caller = await Caller.RegisteredAsync();
        using var answer = await caller.Http.PutAsJsonAsync($"/v1/predictions/{Guid.CreateVersion7()}/feedback", new { correct = true });
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound);
    }

    private static bool IsAbout(ReceivedEvent e, Guid item) => e.Body.GetProperty("predictionId").GetGuid() == item;
}
