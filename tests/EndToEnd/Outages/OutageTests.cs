using System.Net;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Outages;

/// <summary>What is promised while a part is away. Each test brings the part back.</summary>
[TestFixture]
public sealed class OutageTests
{
    private static Suite Suite => SuiteFixture.Suite;

    [Test]
    public async Task With_storage_down_a_prediction_answers_and_its_image_arrives_later()
    {
        using var caller = await Caller.RegisteredAsync();
        var image = TestImages.Png();
        Guid item;
        await Suite.StopResourceAsync("storage");
        try
        {
            item = (await caller.PredictAsync(image)).FirstItem().Id();
            Assert.That(await caller.Http.GetByteArrayAsync($"/v1/predictions/{item}/image"), Is.EqualTo(image), "until it is moved, it is served from the commit");
        }
        finally
        {
            await Suite.StartResourceAsync("storage");
        }

        await Eventually.SeeAsync("no image waits in the database", () => Database.CountAsync(Suite, "inference", "pending_images"), count => count == 0);
        Assert.That(await caller.Http.GetByteArrayAsync($"/v1/predictions/{item}/image"), Is.EqualTo(image));
    }

    [Test]
    public async Task With_RabbitMQ_down_a_prediction_answers_and_its_event_arrives_later()
    {
        await using var outside = await OutsideSubscriber.StartNewAsync(Suite.RabbitMqUri, "prediction.made");
        using var caller = await Caller.RegisteredAsync();
        Guid item;
        await Suite.StopResourceAsync("rabbitmq");
        try
        {
            item = (await caller.PredictAsync(TestImages.Png())).FirstItem().Id();
        }
        finally
        {
            await Suite.StartResourceAsync("rabbitmq");
        }

        await outside.WaitForAsync("prediction.made", item, TimeSpan.FromSeconds(60));
    }

    [Test]
    public async Task With_Postgres_down_a_prediction_is_503_with_Retry_After_and_works_again_afterwards()
    {
        using var caller = await Caller.RegisteredAsync();
        await Suite.StopResourceAsync("postgres");
        try
        {
            using var answer = await caller.PostImageAsync(TestImages.Png());
            await answer.ShouldBeProblemAsync(HttpStatusCode.ServiceUnavailable, code: "database-unavailable");
            Assert.That(answer.Headers.RetryAfter, Is.Not.Null);
        }
        finally
        {
            await Suite.StartResourceAsync("postgres");
        }

        using var again = await Eventually.SeeAsync("predictions work again", () => caller.PostImageAsync(TestImages.Png()), answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Test]
    public async Task Killing_inference_under_load_loses_nothing_that_was_answered()
    {
        const int inFlight = 50;
        await using var outside = await OutsideSubscriber.StartNewAsync(Suite.RabbitMqUri, "prediction.made");
        using var caller = await Caller.RegisteredAsync();
        using var enough = new CancellationTokenSource();
        var answered = new System.Collections.Concurrent.ConcurrentBag<Guid>();

        var load = Enumerable.Range(0, inFlight).Select(_ => Task.Run(async () =>
        {
            while (!enough.IsCancellationRequested)
            {
                try
                {
                    using var answer = await caller.PostImageAsync(TestImages.Png());
                    if (answer.StatusCode == HttpStatusCode.OK)
                        answered.Add((await answer.ReadJsonAsync()).FirstItem().Id());
                }
                catch (HttpRequestException)
                {
                    // An answer cut off in the middle was not an answer.
                }
            }
        })).ToArray();

        await Eventually.SeeAsync("answers flow", () => Task.FromResult(answered.Count), count => count >= 2 * inFlight);
        var killed = Suite.Kill("inference-0");
        await Suite.WaitForRestartAsync(killed);
        var before = answered.Count;
        await Eventually.SeeAsync("answers flow again", () => Task.FromResult(answered.Count), count => count >= before + inFlight);
        await enough.CancelAsync();
        await Task.WhenAll(load);

        foreach (var id in answered)
        {
            using var read = await caller.Http.GetAsync($"/v1/predictions/{id}");
            Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.OK), $"{id} was answered with 200 and can't be read back");
        }
        await Eventually.SeeAsync(
            "every event arrives",
            () => Task.FromResult(answered.Except(outside.Events.Select(e => e.Body.GetProperty("id").GetGuid())).Count()),
            missing => missing == 0, TimeSpan.FromSeconds(60));
        TestContext.Progress.WriteLine($"figure: kill -9 under {inFlight} requests in flight: {answered.Count} answered, all on record, all published");
    }
}
