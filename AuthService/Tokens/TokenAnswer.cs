using System.Text.Json.Serialization;
using ServiceDefaults.Problems;

namespace AuthService.Tokens;

/// <summary>RFC 6749 section 5.1, with its own spelling.</summary>
/// <param name="ExpiresIn">Seconds.</param>
public sealed record TokenAnswer(
    [property: JsonPropertyName("access_token")] string AccessToken,
    [property: JsonPropertyName("token_type")] string TokenType,
    [property: JsonPropertyName("expires_in")] int ExpiresIn,
    [property: JsonPropertyName("refresh_token")] string? RefreshToken = null)
{
    public static TokenAnswer Bearer(string accessToken, string? refreshToken = null) =>
        new(accessToken, "Bearer", (int)TokenIssuer.AccessLifetime.TotalSeconds, refreshToken);

    public static ProblemException Refused(string detail) => new(StatusCodes.Status401Unauthorized, "invalid-grant", detail);
}
