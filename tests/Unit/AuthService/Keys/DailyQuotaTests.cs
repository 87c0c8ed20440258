using System.Text.Json;
using AuthService.Keys;
using NUnit.Framework;
using ServiceDefaults.Outbox;

namespace Unit.AuthService.Keys;

public class DailyQuotaTests
{
    [TestCase("1000", 1000L, null)]
    [TestCase("""{"requests":1000}""", 1000L, null)]
    [TestCase("""{"items":5}""", null, 5L)]
    [TestCase("""{"requests":1,"items":2}""", 1L, 2L)]
    public void A_quota_is_requests_items_or_a_number_of_requests(string json, long? requests, long? items) =>
        Assert.That(JsonSerializer.Deserialize<DailyQuota>(json, EventJson.Options), Is.EqualTo(new DailyQuota(requests, items)));

    [TestCase("\"many\"")]
    [TestCase("1.5")]
    [TestCase("1e99")]
    [TestCase("[1]")]
    public void Anything_else_is_no_quota(string json) =>
        Assert.That(() => JsonSerializer.Deserialize<DailyQuota>(json, EventJson.Options), Throws.InstanceOf<JsonException>());

    [Test]
    public void It_is_written_as_it_is_read_best() =>
        Assert.That(JsonSerializer.Serialize(new DailyQuota(7, null), EventJson.Options), Is.EqualTo("""{"requests":7}"""));
}
