using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ServiceDefaults.Authentication;

/// <summary>
/// JSON Web Tokens (RFC 7519) in the one form this suite uses: compact JWS, ES256 (RFC 7518 section 3.4), a <c>kid</c>.
/// The algorithm is not negotiable, so neither <c>none</c> nor an HMAC over a public key can pass. See docs/decisions/0004.
/// </summary>
public static class JsonWebToken
{
    public const string Issuer = "inference-suite";
    public const string Audience = "inference-suite";

    /// <summary>Longer input is refused unread.</summary>
    public const int MaxLength = 4096;

    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <param name="key">A P-256 private key.</param>
    public static string Sign(TokenClaims claims, string kid, ECDsa key)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { ["alg"] = "ES256", ["typ"] = "JWT", ["kid"] = kid });
        var payload = new Dictionary<string, object>
        {
            ["iss"] = Issuer,
            ["aud"] = Audience,
            ["sub"] = claims.Subject,
            ["roles"] = claims.Roles,
            ["scope"] = string.Join(' ', claims.Scopes),
            ["iat"] = claims.IssuedAt.ToUnixTimeMilliseconds() / 1000m, // a sign-in right after a sign-out is not the one before
            ["exp"] = claims.ExpiresAt.ToUnixTimeSeconds(),
            ["jti"] = Guid.CreateVersion7().ToString("N"),
        };
        if (claims.KeyId is { } keyId)
            payload["key"] = keyId;
        if (claims.Models is { } models)
            payload["models"] = string.Join(' ', models);
        if (claims.HasItemQuota)
            payload["item_quota"] = "true";
        if (claims.ConsentGap is { } gap)
            payload["consent"] = gap.ToString().ToLowerInvariant();
        if (claims.SessionId is { } session)
            payload["sid"] = session;
        var signed = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(payload))}";
        return $"{signed}.{Base64Url.EncodeToString(key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    /// <summary>The <c>kid</c> of a token, unverified; null when it is not a token of our form.</summary>
    public static string? ReadKeyId(string token)
    {
        if (token.Length > MaxLength || token.Count(c => c == '.') != 2)
            return null;
        try
        {
            using var header = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(0, token.IndexOf('.'))));
            return header.RootElement.GetProperty("alg").GetString() == "ES256" ? header.RootElement.GetProperty("kid").GetString() : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Checks signature, issuer, audience and time; null when any of them is wrong.</summary>
    /// <param name="key">The public key that the token's <see cref="ReadKeyId"/> names.</param>
    public static TokenClaims? Validate(string token, ECDsa key, DateTimeOffset now)
    {
        try
        {
            var signatureAt = token.LastIndexOf('.');
            if (!key.VerifyData(Encoding.ASCII.GetBytes(token[..signatureAt]), Base64Url.DecodeFromChars(token.AsSpan(signatureAt + 1)), HashAlgorithmName.SHA256))
                return null;

            var payloadAt = token.IndexOf('.') + 1;
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.AsSpan(payloadAt, signatureAt - payloadAt)));
            var claims = Read(payload.RootElement);
            var forUs = payload.RootElement.GetProperty("iss").GetString() == Issuer && payload.RootElement.GetProperty("aud").GetString() == Audience;
            return forUs && IsInTime(claims, now) ? claims : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Issued already and not expired, give or take the skew of two clocks.</summary>
    public static bool IsInTime(TokenClaims claims, DateTimeOffset now) => claims.IssuedAt <= now + ClockSkew && claims.ExpiresAt > now - ClockSkew;

    private static TokenClaims Read(JsonElement payload) => new(
        payload.GetProperty("sub").GetString() ?? throw new FormatException("No subject."),
        [.. payload.GetProperty("roles").EnumerateArray().Select(role => role.GetString()!)],
        payload.GetProperty("scope").GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        payload.TryGetProperty("key", out var key) ? key.GetGuid() : null,
        DateTimeOffset.FromUnixTimeMilliseconds((long)(payload.GetProperty("iat").GetDecimal() * 1000)),
        DateTimeOffset.FromUnixTimeSeconds(payload.GetProperty("exp").GetInt64()))
    {
        Models = payload.TryGetProperty("models", out var models) ? models.GetString()!.Split(' ', StringSplitOptions.RemoveEmptyEntries) : null,
        HasItemQuota = payload.TryGetProperty("item_quota", out var quota) && quota.GetString() == "true",
        SessionId = payload.TryGetProperty("sid", out var session) ? session.GetGuid() : null,
        ConsentGap = payload.TryGetProperty("consent", out var consent) ? Enum.Parse<ConsentGap>(consent.GetString()!, ignoreCase: true) : null,
    };
}
