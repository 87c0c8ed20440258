using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Transport;

/// <summary>
/// The certificate and the chain that is sent with it, as its files have it now: looked at when somebody connects, at most once a second, because watchers miss files
/// that are swapped by links. Files that can't be read leave the certificate that was, and are said so.
/// </summary>
public sealed partial class CertificateFile
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly TlsOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<CertificateFile> logger;
    private readonly Lock loading = new();
    private volatile SslStreamCertificateContext current;
    private (DateTime, DateTime) version;
    private long lookedAt;

    /// <exception cref="CryptographicException">The files can't be read, or do not belong together.</exception>
    public CertificateFile(TlsOptions options, TimeProvider time, ILogger<CertificateFile> logger)
    {
        (this.options, this.time, this.logger) = (options, time, logger);
        version = Version();
        current = Load();
        lookedAt = time.GetTimestamp();
    }

    public SslStreamCertificateContext Current()
    {
        if (time.GetElapsedTime(Volatile.Read(ref lookedAt)) >= LookEvery && loading.TryEnter())
        {
            try
            {
                LookAgain();
            }
            finally
            {
                loading.Exit();
            }
        }
        return current;
    }

    private void LookAgain()
    {
        Volatile.Write(ref lookedAt, time.GetTimestamp());
        var found = Version();
        if (found == version)
            return;
        version = found;
        try
        {
            current = Load(); // who is shaking hands with the old one keeps it
            LogRenewed(logger, current.TargetCertificate.Subject, current.TargetCertificate.NotAfter);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            LogUnreadable(logger, options.CertificatePath!, e.Message);
        }
    }

    private (DateTime, DateTime) Version() => (ChangedAt(options.CertificatePath), ChangedAt(options.KeyPath));

    /// <summary>Of the file itself, not of a link to it.</summary>
    private static DateTime ChangedAt(string? path) =>
        path is null ? default : File.GetLastWriteTimeUtc(File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path);

    private SslStreamCertificateContext Load()
    {
        var path = options.CertificatePath!;
        var (leaf, all) = Path.GetExtension(path).ToLowerInvariant() is ".pfx" or ".p12" ? LoadPfx(path) : LoadPem(path);
        var rest = all.Where(certificate => !certificate.RawDataMemory.Span.SequenceEqual(leaf.RawDataMemory.Span)).ToArray();
        return SslStreamCertificateContext.Create(leaf, new X509Certificate2Collection(rest), offline: true); // what the files lack is not looked for elsewhere
    }

    private (X509Certificate2, X509Certificate2Collection) LoadPfx(string path)
    {
        var all = X509CertificateLoader.LoadPkcs12CollectionFromFile(path, options.Password);
        return (all.FirstOrDefault(certificate => certificate.HasPrivateKey) ?? throw new CryptographicException("There is no private key in it."), all);
    }

    private (X509Certificate2, X509Certificate2Collection) LoadPem(string path)
    {
        var leaf = options.Password is null
            ? X509Certificate2.CreateFromPemFile(path, options.KeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, options.Password, options.KeyPath);
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        return (leaf, all);
    }

    [LoggerMessage(LogLevel.Information, "Certificate renewed: {Subject}, good until {NotAfter}")]
    private static partial void LogRenewed(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(LogLevel.Error, "The certificate {Path} changed and can't be used; the one before stays: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);
}
