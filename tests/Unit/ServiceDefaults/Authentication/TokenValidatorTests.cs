using System.Security.Cryptography;
using NUnit.Framework;
using ServiceDefaults.Authentication;

namespace Unit.ServiceDefaults.Authentication;

[TestFixture, FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class TokenValidatorTests
{
    private readonly Clock clock = new();
    private readonly Keys keys = new();

    [Test]
    public async Task A_token_is_verified_once_and_known_after_that()
    {
        var validator = new TokenValidator(keys, clock);
        var token = Token();

        var first = await validator.ValidateAsync(token, default);
        Assert.That(first!.Subject, Is.EqualTo("ann"));
        Assert.That(await validator.ValidateAsync(token, default), Is.SameAs(first));
    }

    [Test]
    public async Task A_known_token_expires_all_the_same()
    {
        var validator = new TokenValidator(keys, clock);
        var token = Token();
        Assert.That(await validator.ValidateAsync(token, default), Is.Not.Null);

        clock.Now += TimeSpan.FromMinutes(2);

        Assert.That(await validator.ValidateAsync(token, default), Is.Null);
    }

    [Test]
    public async Task A_known_token_ends_with_the_key_that_verified_it()
    {
        var validator = new TokenValidator(keys, clock);
        var token = Token();
        Assert.That(await validator.ValidateAsync(token, default), Is.Not.Null);

        keys.Published = null;
        Assert.That(await validator.ValidateAsync(token, default), Is.Null, "withdrawn");
        keys.Published = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.That(await validator.ValidateAsync(token, default), Is.Null, "another one under its name");
    }

    [Test]
    public async Task An_altered_copy_of_a_known_token_is_refused()
    {
        var validator = new TokenValidator(keys, clock);
        var token = Token();
        Assert.That(await validator.ValidateAsync(token, default), Is.Not.Null);

        Assert.That(await validator.ValidateAsync(token[..^3] + (token.EndsWith("AAA", StringComparison.Ordinal) ? "BBB" : "AAA"), default), Is.Null);
    }

    [Test]
    public async Task However_many_tokens_come_each_is_answered_rightly()
    {
        var validator = new TokenValidator(keys, clock);
        for (var i = 0; i < 5000; i++)
            Assert.That((await validator.ValidateAsync(Token($"user {i}"), default))!.Subject, Is.EqualTo($"user {i}"));
    }

    private string Token(string subject = "ann") => JsonWebToken.Sign(
        new TokenClaims(subject, ["user"], ["predict"], null, clock.Now, clock.Now + TimeSpan.FromMinutes(1)), "kid", keys.Signing);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private sealed class Keys : IVerificationKeys
    {
        public Keys() => Published = Signing;

        public ECDsa Signing { get; } = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        public ECDsa? Published { get; set; }

        public ValueTask<ECDsa?> FindAsync(string kid, CancellationToken cancellation) => new(Published);
    }
}
