using System.Buffers.Text;
using System.Security.Cryptography;

namespace ServiceDefaults.Authentication;

/// <summary>A P-256 public key as RFC 7517 writes it.</summary>
public sealed record JsonWebKey(string Kty, string Crv, string Kid, string Use, string Alg, string X, string Y)
{
    public static JsonWebKey From(string kid, ECDsa key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new JsonWebKey("EC", "P-256", kid, "sig", "ES256", Base64Url.EncodeToString(point.X), Base64Url.EncodeToString(point.Y));
    }

    public ECDsa ToPublicKey() => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Base64Url.DecodeFromChars(X), Y = Base64Url.DecodeFromChars(Y) },
    });
}

/// <summary>The body of <c>/.well-known/jwks.json</c>.</summary>
public sealed record JsonWebKeySet(IReadOnlyList<JsonWebKey> Keys);
