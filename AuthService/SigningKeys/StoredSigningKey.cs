using System.Security.Cryptography;

namespace AuthService.SigningKeys;

/// <summary>A signing key as the database has it.</summary>
public sealed class StoredSigningKey
{
    public required string Kid { get; init; }

    /// <summary>PKCS #8 of a P-256 key; sealed by <see cref="Sealing"/> where <see cref="IsSealed"/>.</summary>
    public required byte[] PrivateKey { get; set; }

    public bool IsSealed { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>It is published at once and signs from then on, until the next one does.</summary>
    public required DateTimeOffset SignsFrom { get; init; }

    public static StoredSigningKey Create(Sealing sealing, DateTimeOffset signsFrom, DateTimeOffset now)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var stored = new StoredSigningKey { Kid = Guid.CreateVersion7(now).ToString("N"), PrivateKey = key.ExportPkcs8PrivateKey(), CreatedAt = now, SignsFrom = signsFrom };
        stored.Seal(sealing);
        return stored;
    }

    /// <summary>Does nothing where there is no master key.</summary>
    public void Seal(Sealing sealing)
    {
        if (sealing.IsConfigured && !IsSealed)
            (PrivateKey, IsSealed) = (sealing.Seal(Kid, PrivateKey), true);
    }

    /// <exception cref="InvalidOperationException">It is sealed with another master key.</exception>
    public SigningKey Open(Sealing sealing)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(IsSealed ? sealing.Open(Kid, PrivateKey) : PrivateKey, out _);
        return new SigningKey(Kid, key, SignsFrom);
    }
}

public sealed record SigningKey(string Kid, ECDsa Key, DateTimeOffset SignsFrom);
