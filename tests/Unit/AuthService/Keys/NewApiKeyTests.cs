using AuthService.Keys;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.AuthService.Keys;

public class NewApiKeyTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(50);
    private static readonly NewApiKey Good = new("laptop", ["predict"], Now.AddDays(1), 60, new DailyQuota(1000, null));

    [Test]
    public void What_is_right_passes() => Assert.That(() => Good.Validate(Now), Throws.Nothing);

    [Test]
    public void Only_a_name_is_needed() => Assert.That(() => new NewApiKey("laptop", null, null, null, null).Validate(Now), Throws.Nothing);

    [Test]
    public void What_is_wrong_is_named()
    {
        Assert.That(FieldRefused(Good with { Name = " " }), Is.EqualTo("name"));
        Assert.That(FieldRefused(Good with { Name = new string('n', 101) }), Is.EqualTo("name"));
        Assert.That(FieldRefused(Good with { Scopes = [] }), Is.EqualTo("scopes"));
        Assert.That(FieldRefused(Good with { Scopes = ["objects"] }), Is.EqualTo("scopes"));
        Assert.That(FieldRefused(Good with { Scopes = [null!] }), Is.EqualTo("scopes"));
        Assert.That(FieldRefused(Good with { ExpiresAt = Now }), Is.EqualTo("expiresAt"));
        Assert.That(FieldRefused(Good with { RequestsPerMinute = 0 }), Is.EqualTo("requestsPerMinute"));
        Assert.That(FieldRefused(Good with { DailyQuota = new DailyQuota(null, null) }), Is.EqualTo("dailyQuota"));
        Assert.That(FieldRefused(Good with { DailyQuota = new DailyQuota(-1, null) }), Is.EqualTo("dailyQuota.requests"));
        Assert.That(FieldRefused(Good with { DailyQuota = new DailyQuota(1, 0) }), Is.EqualTo("dailyQuota.items"));
        Assert.That(FieldRefused(Good with { Models = [] }), Is.EqualTo("models"));
        Assert.That(FieldRefused(Good with { Models = ["a model"] }), Is.EqualTo("models")); // a space would end it in the token
        Assert.That(FieldRefused(Good with { Models = [null!] }), Is.EqualTo("models"));
        Assert.That(FieldRefused(Good with { Models = [.. Enumerable.Repeat("m", 21)] }), Is.EqualTo("models"));
    }

    private static string? FieldRefused(NewApiKey key) => Assert.Throws<ProblemException>(() => key.Validate(Now))!.Field;
}
