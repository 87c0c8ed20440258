using System.Net;
using NUnit.Framework;

namespace Integration.FeedbackService;

public class FeedbackRemovalTests
{
    private readonly string model = $"model-{Guid.NewGuid():N}";
    private FeedbackApplication feedback = null!;
    private EventSubscriber events = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        feedback = await FeedbackApplication.StartReadyAsync();
        events = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "feedback.removed");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await events.DisposeAsync();
        await feedback.DisposeAsync();
    }

    [Test]
    public async Task Feedback_that_is_taken_back_is_gone_and_announced_once()
    {
        var item = await feedback.PredictedAsync(model, "cat", version: "7");
        await feedback.JudgeAsync(item, new { label = "dog" });

        Assert.That(await feedback.Caller.DeleteAsync(FeedbackApplication.PathOf(item)).StatusAsync(), Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(await feedback.Caller.GetAsync(FeedbackApplication.PathOf(item)).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await feedback.Caller.DeleteAsync(FeedbackApplication.PathOf(item)).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound), "there is nothing left to take back");

        var removed = (await events.WaitForAsync(item.ToString(), 1, () => feedback.Log)).Single().Body;
        Assert.That(removed.GetProperty("predictionId").GetGuid(), Is.EqualTo(item));
        Assert.That((removed.GetProperty("caller").GetString(), removed.GetProperty("model").GetString(), removed.GetProperty("version").GetString()), Is.EqualTo((FeedbackApplication.Subject, model, "7")));
    }

    [Test]
    public async Task Feedback_can_be_given_again_after_it_was_taken_back()
    {
        var item = await feedback.PredictedAsync(model, "cat");
        await feedback.JudgeAsync(item, new { correct = true });
        await feedback.Caller.DeleteAsync(FeedbackApplication.PathOf(item)).StatusAsync();
        await feedback.JudgeAsync(item, new { correct = false });
        Assert.That((await feedback.Caller.GetAsync(FeedbackApplication.PathOf(item)).ReadAsync())["correct"]!.GetValue<bool>(), Is.False);
    }

    [Test]
    public async Task Nobody_else_can_take_it_back()
    {
        var item = await feedback.PredictedAsync(model, "cat");
        await feedback.JudgeAsync(item, new { correct = true });
        using var other = await feedback.ClientAsync("caller-2", "feedback");
        Assert.That(await other.DeleteAsync(FeedbackApplication.PathOf(item)).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await feedback.Caller.GetAsync(FeedbackApplication.PathOf(item)).StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Of_what_was_never_predicted_nothing_can_be_taken_back() =>
        Assert.That(await feedback.Caller.DeleteAsync(FeedbackApplication.PathOf(Guid.CreateVersion7())).StatusAsync(), Is.EqualTo(HttpStatusCode.NotFound));
}
