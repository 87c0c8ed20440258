using AuthService.Keys;
using NUnit.Framework;

namespace Unit.AuthService.Keys;

public class ApiKeyFormatTests
{
    [Test]
    public void A_new_key_is_well_formed()
    {
        var key = ApiKeyFormat.Create();
        Assert.That(key, Does.Match("^isk_[A-Za-z0-9_-]{43}$"));
        Assert.That(ApiKeyFormat.IsWellFormed(key), Is.True);
        Assert.That(ApiKeyFormat.PrefixOf(key), Is.EqualTo(key[..12]));
    }

    [Test]
    public void No_two_keys_are_the_same() =>
        Assert.That(Enumerable.Range(0, 1000).Select(_ => ApiKeyFormat.Create()).Distinct().Count(), Is.EqualTo(1000));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("isk_")]
    [TestCase("isk_tooshort")]
    [TestCase("ISK_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [TestCase("isk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'--")]
    public void What_can_not_be_a_key_is_not_looked_up(string? key) =>
        Assert.That(ApiKeyFormat.IsWellFormed(key), Is.False);
}
