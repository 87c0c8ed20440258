using System.Net;
using Gateway.Requests;
using Microsoft.Extensions.Options;
using NUnit.Framework;

namespace Unit.Gateway.Requests;

public class LoggedAddressTests
{
    private readonly Clock _clock = new();

    [TestCase("192.0.2.77", ExpectedResult = "192.0.2.77")]
    [TestCase("::ffff:192.0.2.77", ExpectedResult = "192.0.2.77")]
    [TestCase("2001:db8:1:2::9", ExpectedResult = "2001:db8:1:2::9")]
    public string? Full(string address) => Of(AddressForm.Full, address);

    [TestCase("192.0.2.77", ExpectedResult = "192.0.2.0/24")]
    [TestCase("2001:db8:1:2::9", ExpectedResult = "2001:db8:1::/48")]
    public string? Truncated(string address) => Of(AddressForm.Truncated, address);

    [Test]
    public void A_hash_tells_who_comes_back_today_and_nobody_tomorrow()
    {
        var addresses = new LoggedAddress(Options.Create(new RequestLogOptions { Addresses = AddressForm.Hashed }), _clock);
        var today = addresses.Of(IPAddress.Parse("192.0.2.77"));
        Assert.That(today, Is.EqualTo(addresses.Of(IPAddress.Parse("192.0.2.77"))).And.Not.EqualTo(addresses.Of(IPAddress.Parse("192.0.2.78"))));
        Assert.That(today, Does.Match("^[A-Za-z0-9_-]{16}$"));
        _clock.Now = _clock.Now.AddDays(1);
        Assert.That(addresses.Of(IPAddress.Parse("192.0.2.77")), Is.Not.EqualTo(today));
    }

    [Test]
    public void Without_its_key_it_can_not_be_guessed() =>
        Assert.That(Of(AddressForm.Hashed, "192.0.2.77"), Is.Not.EqualTo(Of(AddressForm.Hashed, "192.0.2.77")), "another process has another key");

    private string? Of(AddressForm form, string address) =>
        new LoggedAddress(Options.Create(new RequestLogOptions { Addresses = form }), _clock).Of(IPAddress.Parse(address));

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
