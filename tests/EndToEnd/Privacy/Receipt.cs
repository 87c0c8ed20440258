using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace EndToEnd.Privacy;

/// <summary>A signed receipt, verified as anybody would: with the keys that the suite publishes.</summary>
internal static class Receipt
{
    /// <returns>What it says.</returns>
    public static async Task<JsonElement> VerifyAsync(string receipt)
    {
        using var anybody = Caller.Guest();
        var published = await (await anybody.Http.GetAsync("/.well-known/jwks.json")).ReadJsonAsync();
        var parts = receipt.Split('.');
        var header = JsonElement.Parse(Base64Url.DecodeFromChars(parts[0]));
        var jwk = published.GetProperty("keys").EnumerateArray().Single(key => key.GetProperty("kid").GetString() == header.GetProperty("kid").GetString());
        using var key = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(jwk.GetProperty("x").GetString()), Y = Base64Url.DecodeFromChars(jwk.GetProperty("y").GetString()) },
        });
        var signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        Assert.That(key.VerifyData(signed, Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256), Is.True, "the signature");
        return JsonElement.Parse(Base64Url.DecodeFromChars(parts[1]));
    }
}
