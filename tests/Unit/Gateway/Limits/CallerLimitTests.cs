using System.Net;
using Gateway.Identity;
using Gateway.Limits;
using Gateway.Routing;
using NUnit.Framework;
using ServiceDefaults.Authentication;

namespace Unit.Gateway.Limits;

public class CallerLimitTests
{
    private static readonly RateLimitOptions Limits = new() { UserRequestsPerMinute = 500, SignInsPerMinute = 20 };
    private static readonly GuestOptions Guests = new() { RequestsPerMinute = 50 };

    [Test]
    public void A_key_has_its_own_bucket_and_limit()
    {
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.That(Of(Key(one, 7)).RequestsPerMinute, Is.EqualTo(7));
        Assert.That(Of(Key(one, 7)).Bucket, Is.Not.EqualTo(Of(Key(other, 7)).Bucket));
    }

    [Test]
    public void A_key_without_a_limit_has_the_users() => Assert.That(Of(Key(Guid.NewGuid(), null)).RequestsPerMinute, Is.EqualTo(500));

    [Test]
    public void A_key_lowers_the_operators_limit_and_never_lifts_it()
    {
        Assert.That(Of(Key(Guid.NewGuid(), 1_000_000)).RequestsPerMinute, Is.EqualTo(500));
        Assert.That(new RateLimitOptions { UserRequestsPerMinute = 500, MaxKeyRequestsPerMinute = 2000 }.OfKey(1_000_000), Is.EqualTo(2000), "but as far as the operator says");
    }

    [Test]
    public void Users_are_told_apart_wherever_they_are() =>
        Assert.That(Of(User("ada"), "10.0.0.1").Bucket, Is.EqualTo(Of(User("ada"), "10.0.0.2").Bucket).And.Not.EqualTo(Of(User("bob"), "10.0.0.1").Bucket));

    [Test]
    public void Guests_are_told_apart_by_address()
    {
        Assert.That(Of(User("guest", "guest"), "10.0.0.1").RequestsPerMinute, Is.EqualTo(50));
        Assert.That(Of(User("guest", "guest"), "10.0.0.1").Bucket, Is.Not.EqualTo(Of(User("guest", "guest"), "10.0.0.2").Bucket));
    }

    [Test]
    public void Signing_in_is_limited_by_address() =>
        Assert.That(CallerLimit.Of(new GatewayRoute("/token", "auth") { Access = Access.SignIn }, null, Address("10.0.0.1"), Limits, Guests).RequestsPerMinute, Is.EqualTo(20));

    private static CallerLimit Of(Admission admission, string address = "10.0.0.1") =>
        CallerLimit.Of(new GatewayRoute("/v1/models", "inference"), admission, Address(address), Limits, Guests);

    private static ClientAddress Address(string text) => ClientAddress.Of(IPAddress.Parse(text));

    private static Admission Key(Guid id, int? perMinute) => User("ada") with { KeyId = id, RequestsPerMinute = perMinute };

    private static Admission User(string subject, string role = "user") =>
        Admission.OfBearer("token", new TokenClaims(subject, [role], ["predict"], null, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue));
}
