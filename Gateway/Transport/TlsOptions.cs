using System.ComponentModel.DataAnnotations;

namespace Gateway.Transport;

/// <summary>HTTPS at the gateway itself. Configured as <c>Gateway:Tls</c>; without a certificate there is none.</summary>
public sealed class TlsOptions : IValidatableObject
{
    /// <summary>A PEM file (certificate and chain), or a PFX file. Read again when it changes.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>The PEM file of the private key; absent: it is in <see cref="CertificatePath"/>.</summary>
    public string? KeyPath { get; set; }

    /// <summary>Of the PFX file or the private key; absent: there is none.</summary>
    public string? Password { get; set; }

    /// <summary>0 takes a free one.</summary>
    [Range(0, 65535)]
    public int Port { get; set; } = 8443;

    /// <summary>Whether plain HTTP is answered with a redirect (308), <c>/health/*</c> excepted.</summary>
    public bool RedirectHttp { get; set; } = true;

    /// <summary>The port that callers are sent to, where something in front maps it; absent: <see cref="Port"/>.</summary>
    [Range(1, 65535)]
    public int? PublicPort { get; set; }

    /// <summary>For how long browsers come by HTTPS only (HSTS).</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Hsts { get; set; } = TimeSpan.FromDays(365);

    public bool IsOn => !string.IsNullOrEmpty(CertificatePath);

    public IEnumerable<ValidationResult> Validate(ValidationContext context)
    {
        if (!IsOn && (KeyPath is not null || Password is not null))
            yield return new ValidationResult("Gateway:Tls:CertificatePath is missing beside KeyPath or Password.", [nameof(CertificatePath)]);
    }
}
