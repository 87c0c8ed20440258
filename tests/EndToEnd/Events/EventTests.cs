using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Events;

[TestFixture]
public sealed class EventTests
{
    [Test]
    public async Task A_subscriber_in_another_language_sees_a_prediction_as_plain_json_with_cloudevents_headers()
    {
        await using var outside = await OutsideSubscriber.StartNewAsync(SuiteFixture.Suite.RabbitMqUri, "prediction.made");
        using var caller = await Caller.RegisteredAsync();
        var answer = await caller.PredictAsync(TestImages.Png());

        var seen = await outside.WaitForAsync("prediction.made", answer.FirstItem().Id());

        var headers = seen.Headers;
        Assert.Multiple(() =>
        {
            Assert.That(seen.ContentType, Is.EqualTo("application/json"));
            Assert.That(headers.GetProperty("cloudEvents_specversion").GetString(), Is.EqualTo("1.0"));
            Assert.That(headers.GetProperty("cloudEvents_id").GetString(), Is.EqualTo(seen.MessageId));
            Assert.That(headers.GetProperty("cloudEvents_type").GetString(), Is.EqualTo("prediction.made"));
            Assert.That(headers.GetProperty("cloudEvents_source").GetString(), Is.EqualTo("/inference"));
            Assert.That(headers.GetProperty("cloudEvents_subject").GetString(), Is.EqualTo(answer.FirstItem().Id().ToString()));
            Assert.That(DateTimeOffset.TryParse(headers.GetProperty("cloudEvents_time").GetString(), out _), Is.True);
            Assert.That(seen.Body.GetProperty("requestId").GetGuid(), Is.EqualTo(answer.Id()));
            Assert.That(seen.Body.GetProperty("label").GetString(), Is.EqualTo(answer.FirstItem().GetProperty("label").GetString()));
            Assert.That(seen.Body.GetProperty("input").GetProperty("object").GetString(), Does.EndWith(answer.FirstItem().GetProperty("input").GetProperty("sha256").GetString()!));
            Assert.That(seen.Body.ToString(), Does.Not.Contain("@").And.Not.Contain("127.0.0.1"), "no e-mail, no address");
        });
    }
}
