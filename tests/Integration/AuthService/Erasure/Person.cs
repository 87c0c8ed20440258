using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using InferenceSuite.Contracts;
using NUnit.Framework;

namespace Integration.AuthService.Erasure;

/// <summary>Somebody with an account, signed in.</summary>
internal sealed record Person(string Email, string Id, string Token, string RefreshToken)
{
    public PredictionMade Predicted(Guid? id = null) => new(
        id ?? Guid.CreateVersion7(), Guid.CreateVersion7(), Id, "mask-detector", "1", "image-classification", "with_mask", 0.9, null, null,
        new PredictionInput("image", "png", 64, 48, new string('a', 64), 1000, $"{Id}/{new string('a', 64)}"), new PredictionTimings(1, 1, 1, 0, 3, 1), DateTimeOffset.UtcNow);
}

/// <summary>What was answered to a request to be erased.</summary>
internal sealed record Erased(string Location, string Token);

/// <summary>A signed receipt, as anybody with the published keys reads it.</summary>
internal static class Receipts
{
    public static JsonNode Verify(string receipt, JsonNode jwks)
    {
        var parts = receipt.Split('.');
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!;
        var key = jwks["keys"]!.AsArray().Single(key => key!.Text("kid") == header.Text("kid"))!;
        using var ecdsa = ECDsa.Create(new ECParameters
        {
            Curve = ECCurve.NamedCurves.nistP256,
            Q = new ECPoint { X = Base64Url.DecodeFromChars(key.Text("x")), Y = Base64Url.DecodeFromChars(key.Text("y")) },
        });
        Assert.That(
            ecdsa.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256), Is.True, "the signature");
        return JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
    }
}
