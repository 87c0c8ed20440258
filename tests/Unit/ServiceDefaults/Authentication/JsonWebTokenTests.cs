using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using NUnit.Framework;
using ServiceDefaults.Authentication;

namespace Unit.ServiceDefaults.Authentication;

public class JsonWebTokenTests
{
    private const string Kid = "key-1";
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);
    private ECDsa _key = null!;

    [SetUp]
    public void CreateKey() => _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    [TearDown]
    public void DisposeKey() => _key.Dispose();

    [Test]
    public void What_was_signed_is_read()
    {
        var claims = new TokenClaims("somebody", ["analyst"], ["predict", "insights"], Guid.NewGuid(), Now, Now.AddMinutes(10));
        var read = Validate(JsonWebToken.Sign(claims, Kid, _key));
        Assert.That(read, Is.Not.Null);
        Assert.That(read!.Subject, Is.EqualTo("somebody"));
        Assert.That(read.Roles, Is.EqualTo(new[] { "analyst" }));
        Assert.That(read.Scopes, Is.EqualTo(new[] { "predict", "insights" }));
        Assert.That(read.KeyId, Is.EqualTo(claims.KeyId));
        Assert.That(read.ExpiresAt, Is.EqualTo(claims.ExpiresAt));
    }

    [Test]
    public void Limits_are_read_and_the_time_of_issue_is_exact()
    {
        var claims = Claims() with { Models = ["one", "two"], HasItemQuota = true, SessionId = Guid.CreateVersion7(), ConsentGap = ConsentGap.Withdrawn, IssuedAt = Now.AddMilliseconds(-123) };
        var read = Validate(JsonWebToken.Sign(claims, Kid, _key))!;
        Assert.That(read.Models, Is.EqualTo(new[] { "one", "two" }));
        Assert.That(read.HasItemQuota, Is.True);
        Assert.That(read.SessionId, Is.EqualTo(claims.SessionId));
        Assert.That(read.ConsentGap, Is.EqualTo(ConsentGap.Withdrawn));
        Assert.That(read.IssuedAt, Is.EqualTo(claims.IssuedAt));
        Assert.That(Validate(Valid())!.Models, Is.Null);
    }

    [TestCase("1e999")]
    [TestCase("-1e28")]
    [TestCase("\"soon\"")]
    public void A_time_that_is_none_is_refused(string iat) =>
        Assert.That(Validate(SignPayload(Payload().Replace($"\"iat\":{Now.ToUnixTimeSeconds()}", $"\"iat\":{iat}", StringComparison.Ordinal))), Is.Null);

    [Test]
    public void A_published_key_verifies_what_its_private_half_signed() =>
        Assert.That(JsonWebToken.Validate(Valid(), JsonWebKey.From(Kid, _key).ToPublicKey(), Now), Is.Not.Null);

    [Test]
    public void The_published_form_has_no_private_part() =>
        Assert.That(JsonWebKey.From(Kid, _key).ToPublicKey().ExportParameters(false).D, Is.Null);

    [TestCase("none")]
    [TestCase("None")]
    [TestCase("HS256")]
    [TestCase("RS256")]
    [TestCase("ES384")]
    public void Another_algorithm_is_no_token_of_ours(string algorithm) =>
        Assert.That(JsonWebToken.ReadKeyId(WithHeader($$"""{"alg":"{{algorithm}}","kid":"{{Kid}}"}""")), Is.Null);

    [Test]
    public void A_token_without_signature_is_refused() =>
        Assert.That(Validate(Valid()[..(Valid().LastIndexOf('.') + 1)]), Is.Null);

    [Test]
    public void A_MAC_over_the_public_key_is_no_signature()
    {
        var signed = Valid()[..Valid().LastIndexOf('.')];
        var mac = HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), Encoding.ASCII.GetBytes(signed));
        Assert.That(Validate($"{signed}.{Base64Url.EncodeToString(mac)}"), Is.Null);
    }

    [Test]
    public void An_altered_payload_is_refused()
    {
        var parts = Valid().Split('.');
        var payload = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).Replace("\"user\"", "\"admin\"", StringComparison.Ordinal);
        Assert.That(payload, Does.Contain("admin"));
        Assert.That(Validate($"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}.{parts[2]}"), Is.Null);
    }

    [Test]
    public void Somebody_elses_signature_is_refused()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.That(Validate(JsonWebToken.Sign(Claims(), Kid, other)), Is.Null);
    }

    [Test]
    public void An_expired_token_is_refused() =>
        Assert.That(JsonWebToken.Validate(Valid(), _key, Now.AddMinutes(10).AddSeconds(6)), Is.Null);

    [Test]
    public void A_token_from_the_future_is_refused() =>
        Assert.That(JsonWebToken.Validate(Valid(), _key, Now.AddSeconds(-6)), Is.Null);

    [Test]
    public void Clocks_may_differ_by_a_few_seconds() =>
        Assert.That(JsonWebToken.Validate(Valid(), _key, Now.AddSeconds(-4)), Is.Not.Null);

    [TestCase("aud", "another-suite")]
    [TestCase("iss", "another-issuer")]
    public void A_token_for_or_from_somebody_else_is_refused(string claim, string value) =>
        Assert.That(Validate(SignPayload(Payload().Replace($"\"{claim}\":\"inference-suite\"", $"\"{claim}\":\"{value}\"", StringComparison.Ordinal))), Is.Null);

    [Test]
    public void The_same_payload_unaltered_is_accepted() =>
        Assert.That(Validate(SignPayload(Payload())), Is.Not.Null);

    [TestCase("sub")]
    [TestCase("exp")]
    [TestCase("roles")]
    [TestCase("aud")]
    public void A_missing_claim_is_refused(string claim) =>
        Assert.That(Validate(SignPayload(Payload().Replace($"\"{claim}\"", "\"other\"", StringComparison.Ordinal))), Is.Null);

    [Test]
    public void A_megabyte_is_refused_unread() =>
        Assert.That(JsonWebToken.ReadKeyId(new string('a', 1 << 20) + ".b.c"), Is.Null);

    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("a.b.c")]
    [TestCase("e30.e30.e30")]
    [TestCase("%%%.e30.e30")]
    [TestCase("e30.e30.e30.e30")]
    public void Rubbish_is_refused(string token)
    {
        Assert.That(JsonWebToken.ReadKeyId(token), Is.Null);
        Assert.That(() => Validate(token), Is.Null);
    }

    private TokenClaims? Validate(string token) => token.Contains('.') ? JsonWebToken.Validate(token, _key, Now) : null;

    private static TokenClaims Claims() => new("somebody", ["user"], ["predict"], null, Now, Now.AddMinutes(10));

    private string Valid() => _valid ??= JsonWebToken.Sign(Claims(), Kid, _key);

    private string? _valid;

    [SetUp]
    public void ForgetToken() => _valid = null;

    private static string Payload() =>
        $$"""{"iss":"inference-suite","aud":"inference-suite","sub":"somebody","roles":["user"],"scope":"predict","iat":{{Now.ToUnixTimeSeconds()}},"exp":{{Now.AddMinutes(10).ToUnixTimeSeconds()}}}""";

    private string SignPayload(string payload)
    {
        var header = $$"""{"alg":"ES256","kid":"{{Kid}}"}""";
        var signed = $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string WithHeader(string header) =>
        $"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header))}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Payload()))}.";
}
