using System.ComponentModel.DataAnnotations;
using Gateway.Transport;
using NUnit.Framework;

namespace Unit.Gateway.Transport;

public class TransportOptionsTests
{
    [Test]
    public void Credentials_are_never_allowed_to_any_origin() =>
        Assert.That(ErrorsOf(new CorsOptions { Origins = ["*"], Credentials = true }).Single(), Does.Contain("Credentials"));

    [TestCase("app.example.org")]
    [TestCase("https://app.example.org/")]
    [TestCase("https://app.example.org/path")]
    [TestCase("ftp://app.example.org")]
    public void What_is_no_origin_is_told_at_start(string origin) => Assert.That(ErrorsOf(new CorsOptions { Origins = [origin] }).Single(), Does.Contain(origin));

    [TestCase("https://app.example.org")]
    [TestCase("http://localhost:5173")]
    [TestCase("*")]
    public void Origins_are_taken(string origin) => Assert.That(ErrorsOf(new CorsOptions { Origins = [origin] }), Is.Empty);

    [TestCase("10.0.0.0/33")]
    [TestCase("proxy.example.org")]
    [TestCase("")]
    public void A_proxy_is_an_address_or_a_network(string entry) => Assert.That(ErrorsOf(new ForwardingOptions { KnownProxies = [entry] }).Single(), Does.Contain($"'{entry}'"));

    [Test]
    public void A_key_without_a_certificate_is_a_mistake() => Assert.That(ErrorsOf(new TlsOptions { KeyPath = "key.pem" }).Single(), Does.Contain("CertificatePath"));

    private static IEnumerable<string> ErrorsOf(IValidatableObject options) => options.Validate(new ValidationContext(options)).Select(error => error.ErrorMessage!);
}
