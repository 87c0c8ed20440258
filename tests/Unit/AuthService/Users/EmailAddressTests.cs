using AuthService.Users;
using NUnit.Framework;

namespace Unit.AuthService.Users;

public class EmailAddressTests
{
    [TestCase("ada@example.org", "ada@example.org")]
    [TestCase("  Ada.Lovelace+x@Example.ORG ", "ada.lovelace+x@example.org")]
    [TestCase("a@b.co", "a@b.co")]
    public void Spellings_of_one_address_become_one(string typed, string address) =>
        Assert.That(EmailAddress.Normalise(typed), Is.EqualTo(address));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("ada")]
    [TestCase("ada@")]
    [TestCase("@example.org")]
    [TestCase("ada@localhost")]
    [TestCase("ada@example..org")]
    [TestCase("ada@-example.org")]
    [TestCase("ada@exa mple.org")]
    [TestCase("Ada <ada@example.org>")]
    [TestCase("ada@example.org, bob@example.org")]
    [TestCase("ada@example.org\r\nBcc: all@example.org")]
    [TestCase("\"ada\"@example.org")]
    public void What_is_no_plain_address_is_refused(string? typed) =>
        Assert.That(EmailAddress.Normalise(typed), Is.Null);

    [Test]
    public void An_address_longer_than_mail_allows_is_refused() =>
        Assert.That(EmailAddress.Normalise($"{new string('a', 250)}@example.org"), Is.Null);
}
