using System.Security.Cryptography;
using AuthService.Accounts;
using NUnit.Framework;
using ServiceDefaults.Authentication;

namespace Unit.AuthService.Accounts;

public class ChangeTimeTests
{
    private static readonly DateTimeOffset Millisecond = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_123);

    [TestCase(0, 0)]
    [TestCase(4_000, 6_000)]
    [TestCase(9_998, 9_999)]
    public void A_token_made_in_the_millisecond_of_a_change_and_before_it_is_older(int madeAt, int changedAt)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var made = Millisecond.AddTicks(madeAt);
        var token = JsonWebToken.Validate(JsonWebToken.Sign(new TokenClaims("somebody", [], [], null, made, made.AddMinutes(1)), "kid", key), key, made)!;
        Assert.That(token.IssuedAt, Is.LessThan(ChangeTime.After(Millisecond.AddTicks(changedAt))));
    }

    [TestCase(0)]
    [TestCase(9_999)]
    public void It_is_the_next_millisecond(int ticks) => Assert.That(ChangeTime.After(Millisecond.AddTicks(ticks)), Is.EqualTo(Millisecond.AddMilliseconds(1)));
}
