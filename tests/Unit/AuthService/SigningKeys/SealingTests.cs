using AuthService.SigningKeys;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.AuthService.SigningKeys;

public class SealingTests
{
    private static readonly byte[] Secret = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16];
    private readonly Sealing _sealing = With(key: 1);

    [Test]
    public void What_was_sealed_opens() => Assert.That(_sealing.Open("kid", _sealing.Seal("kid", Secret)), Is.EqualTo(Secret));

    [Test]
    public void What_was_sealed_does_not_show() =>
        Assert.That(Convert.ToHexString(_sealing.Seal("kid", Secret)), Does.Not.Contain(Convert.ToHexString(Secret.AsSpan(0, 4))));

    [Test]
    public void Another_master_key_opens_nothing() =>
        Assert.That(() => With(key: 2).Open("kid", _sealing.Seal("kid", Secret)), Throws.InvalidOperationException.With.Message.Contains("Auth:MasterKey"));

    [Test]
    public void Without_a_master_key_it_says_what_is_missing() =>
        Assert.That(() => new Sealing(Options.Create(new MasterKeyOptions())).Open("kid", _sealing.Seal("kid", Secret)), Throws.InvalidOperationException.With.Message.Contains("Auth:MasterKey"));

    [Test]
    public void A_key_under_another_ones_name_does_not_open() =>
        Assert.That(() => _sealing.Open("other", _sealing.Seal("kid", Secret)), Throws.InvalidOperationException);

    [TestCase(0)]
    [TestCase(12)]
    [TestCase(28)]
    public void An_altered_byte_is_noticed(int position)
    {
        var content = _sealing.Seal("kid", Secret);
        content[position] ^= 1;
        Assert.That(() => _sealing.Open("kid", content), Throws.InvalidOperationException);
        Assert.That(() => _sealing.Open("kid", content.AsSpan(0, position)), Throws.InvalidOperationException);
    }

    [TestCase(null, true)]
    [TestCase("", true)]
    [TestCase("c2hvcnQ=", false)]
    [TestCase("not base64 at all, and long enough to be a key", false)]
    [TestCase("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true)]
    public void A_master_key_is_32_bytes_in_base64(string? key, bool isValid) => Assert.That(new MasterKeyOptions { MasterKey = key }.IsValid(), Is.EqualTo(isValid));

    private static Sealing With(byte key) => new(Options.Create(new MasterKeyOptions { MasterKey = Convert.ToBase64String([.. Enumerable.Repeat(key, 32)]) }));
}
