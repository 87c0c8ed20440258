using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Gateway.Transport;

/// <summary>
/// The certificate as its files have it now: looked at when somebody connects, at most once a second, because watchers miss files
/// that are swapped by links. Files that can't be read leave the certificate that was, and are said so.
/// </summary>
public sealed partial class CertificateFile
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly TlsOptions options;
    private readonly TimeProvider time;
    private readonly ILogger<CertificateFile> logger;
    private readonly Lock loading = new();
    private volatile X509Certificate2 current;
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

    public X509Certificate2 Current()
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
            LogRenewed(logger, current.Subject, current.NotAfter);
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

    private X509Certificate2 Load()
    {
        var path = options.CertificatePath!;
        if (Path.GetExtension(path).ToLowerInvariant() is ".pfx" or ".p12")
            return X509CertificateLoader.LoadPkcs12FromFile(path, options.Password);
        return options.Password is null
            ? X509Certificate2.CreateFromPemFile(path, options.KeyPath)
            : X509Certificate2.CreateFromEncryptedPemFile(path, options.Password, options.KeyPath);
    }

    [LoggerMessage(LogLevel.Information, "Certificate renewed: {Subject}, good until {NotAfter}")]
    private static partial void LogRenewed(ILogger logger, string subject, DateTime notAfter);

    [LoggerMessage(LogLevel.Error, "The certificate {Path} changed and can't be used; the one before stays: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string path, string reason);
}
