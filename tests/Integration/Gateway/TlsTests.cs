using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Integration.AuthService;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;
using static Integration.Gateway.GatewayApplication;

namespace Integration.Gateway;

public class TlsTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("suite-tls-").FullName;
    private AuthApplication _auth = null!;
    private Upstream _inference = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _auth = await AuthApplication.StartNewAsync();
        _inference = await Upstream.StartNewAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _inference.DisposeAsync();
        await _auth.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [TestCase("pem")]
    [TestCase("pem-encrypted")]
    [TestCase("pfx")]
    public async Task A_certificate_from_a_file_serves_https(string form)
    {
        await using var gateway = await StartAsync(Write(form, "one.example.org"));
        using var client = Client(gateway, out var seen);
        using var answer = await client.GetAsync("/v1/models");
        Assert.That((answer.StatusCode, seen()), Is.EqualTo((HttpStatusCode.OK, "CN=one.example.org")));
        Assert.That(answer.Headers.GetValues("Strict-Transport-Security").Single(), Is.EqualTo("max-age=31536000"));
    }

    [Test]
    public async Task A_new_certificate_is_served_without_a_restart_and_a_broken_one_is_not()
    {
        var settings = Write("pem", "old.example.org");
        await using var gateway = await StartAsync(settings);
        Assert.That(await SubjectAsync(gateway), Is.EqualTo("CN=old.example.org"));
        Write("pem", "new.example.org");
        await Eventually.IsTrueAsync(async () => await SubjectAsync(gateway) == "CN=new.example.org", "the new certificate is served", () => gateway.Log);
        await File.WriteAllTextAsync(settings["Gateway:Tls:CertificatePath"], "no certificate");
        await Eventually.IsTrueAsync(async () =>
        {
            Assert.That(await SubjectAsync(gateway), Is.EqualTo("CN=new.example.org"));
            return gateway.Log.Contains("the one before stays", StringComparison.Ordinal);
        }, "the broken file was noticed", () => gateway.Log);
    }

    [Test]
    public async Task Plain_http_is_sent_on_but_for_probes()
    {
        await using var gateway = await StartAsync(Write("pem", "one.example.org"));
        using var plain = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = gateway.AddressOf("http") };
        using var answer = await plain.PostAsync("/v1/models/x/predict?top=2", new ByteArrayContent([1]));
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.PermanentRedirect));
        Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo("https://127.0.0.1:8443/v1/models/x/predict?top=2"));
        Assert.That(await plain.GetAsync("/health/live").StatusAsync(), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public void A_certificate_that_is_not_there_does_not_start() =>
        Assert.That(async () => await StartAsync(new Dictionary<string, string> { ["Gateway:Tls:CertificatePath"] = Path.Combine(_folder, "nothing.pem") }), Throws.Exception);

    [TestCase("pem")]
    [TestCase("pfx")]
    public async Task Who_knows_only_the_root_is_sent_what_leads_to_it(string form)
    {
        var (settings, root) = WriteChain(form);
        await using var gateway = await StartAsync(settings);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, gateway.AddressOf("https").Port);
        await using var tls = new SslStream(tcp.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.CustomTrustStore.Add(root);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "chain.example.org", CertificateChainPolicy = policy });
        Assert.That(tls.RemoteCertificate!.Subject, Is.EqualTo("CN=chain.example.org"));
    }

    private Task<GatewayApplication> StartAsync(Dictionary<string, string> settings)
    {
        settings["Gateway:Tls:Port"] = "0";
        settings["Gateway:Tls:PublicPort"] = "8443";
        settings["urls"] = "http://127.0.0.1:0";
        return StartNewAsync(_auth, [_inference.Address], settings, services => services.AddSingleton<IStartupFilter, ListenAsConfigured>());
    }

    private static async Task<string> SubjectAsync(GatewayApplication gateway)
    {
        using var client = Client(gateway, out var seen);
        (await client.GetAsync("/health/live")).Dispose();
        return seen();
    }

    private static HttpClient Client(GatewayApplication gateway, out Func<string> seen)
    {
        var subject = "";
        seen = () => subject;
        return new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    subject = certificate!.Subject;
                    return true;
                },
            },
        }) { BaseAddress = gateway.AddressOf("https") };
    }

    private Dictionary<string, string> Write(string form, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        string File(string file) => Path.Combine(_folder, file);
        if (form == "pfx")
        {
            System.IO.File.WriteAllBytes(File("gateway.pfx"), certificate.Export(X509ContentType.Pfx, "secret"));
            return new() { ["Gateway:Tls:CertificatePath"] = File("gateway.pfx"), ["Gateway:Tls:Password"] = "secret" };
        }
        var encrypted = form == "pem-encrypted";
        var keyPem = encrypted
            ? key.ExportEncryptedPkcs8PrivateKeyPem("secret", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000))
            : key.ExportPkcs8PrivateKeyPem();
        System.IO.File.WriteAllText(File($"{form}.key"), keyPem);
        System.IO.File.WriteAllText(File($"{form}.crt"), certificate.ExportCertificatePem());
        var settings = new Dictionary<string, string> { ["Gateway:Tls:CertificatePath"] = File($"{form}.crt"), ["Gateway:Tls:KeyPath"] = File($"{form}.key") };
        if (encrypted)
            settings["Gateway:Tls:Password"] = "secret";
        return settings;
    }

    /// <summary>A leaf and the authority between it and a root, which is not in the file.</summary>
    private (Dictionary<string, string> Settings, X509Certificate2 Root) WriteChain(string form)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var betweenKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = Request("root", rootKey, isAuthority: true).CreateSelfSigned(from, until);
        using var betweenOnly = Request("between", betweenKey, isAuthority: true).Create(root, from, until, [1]);
        using var between = betweenOnly.CopyWithPrivateKey(betweenKey);
        using var leafOnly = Request("chain.example.org", leafKey, isAuthority: false).Create(between, from, until, [2]);
        using var leaf = leafOnly.CopyWithPrivateKey(leafKey);
        var path = Path.Combine(_folder, $"chain.{form}");
        if (form == "pfx")
            File.WriteAllBytes(path, new X509Certificate2Collection { betweenOnly, leaf }.Export(X509ContentType.Pfx, "secret")!);
        else
            File.WriteAllText(path, $"{leafOnly.ExportCertificatePem()}\n{betweenOnly.ExportCertificatePem()}\n{leafKey.ExportPkcs8PrivateKeyPem()}\n");
        var settings = new Dictionary<string, string> { ["Gateway:Tls:CertificatePath"] = path };
        if (form == "pfx")
            settings["Gateway:Tls:Password"] = "secret";
        return (settings, root);
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }
}
