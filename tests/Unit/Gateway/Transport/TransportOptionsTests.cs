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

    [TestCase("http://127.0.0.1:1;http://*:2", "8080", "http://127.0.0.1:1;http://*:2")]
    [TestCase(null, "8080;8081", "http://*:8080;http://*:8081")]
    [TestCase("", null, "http://localhost:5000")]
    public void Plain_http_stays_where_it_was_beside_a_certificate(string? urls, string? ports, string expected) =>
        Assert.That(TlsSetup.PlainAddresses(urls, ports).Select(address => $"http://{address.Host}:{address.Port}"), Is.EqualTo(expected.Split(';')));

    [Test]
    public void An_address_for_https_is_told_where_https_is_set_up() =>
        Assert.That(() => TlsSetup.PlainAddresses("http://*:80;https://*:443", null), Throws.InvalidOperationException.With.Message.Contains("Gateway:Tls:Port"));

    private static IEnumerable<string> ErrorsOf(IValidatableObject options) => options.Validate(new ValidationContext(options)).Select(error => error.ErrorMessage!);
}
