using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AuthService.SigningKeys;
using ServiceDefaults.Authentication;
using ServiceDefaults.Outbox;

namespace AuthService.Erasure;

/// <summary>
/// The proof of an erasure: a compact JWS (ES256) that verifies with <c>/.well-known/jwks.json</c>. Signed when it is asked for, so
/// that it is under a key that is published then. Its type and its claims are no access token's.
/// </summary>
public sealed class ReceiptSigner(SigningKeyRing keys)
{
    public const string Type = "erasure-receipt+jwt";

    public string Sign(ErasureRecord erasure, IReadOnlyList<ErasureAnswerView> answers)
    {
        var key = keys.Current;
        var header = new { alg = "ES256", typ = Type, kid = key.Kid };
        var payload = new
        {
            iss = JsonWebToken.Issuer,
            erasure = erasure.Id,
            requestedAt = erasure.RequestedAt,
            finishedAt = erasure.FinishedAt,
            removed = answers.ToDictionary(answer => answer.Service, answer => answer.Removed),
            historyHead = erasure.HistoryHead,
        };
        var signed = $"{Encode(header)}.{Encode(payload)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Key.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256))}";
    }

    private static string Encode<T>(T part) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(part, EventJson.Options));
}

/// <param name="Token">Asks for the receipt, in the header X-Erasure-Token. In this answer and never again: the account that could be asked for it is gone.</param>
public sealed record ErasureAccepted(Guid Id, string Status, string Token);

/// <param name="Status"><c>running</c> or <c>done</c>.</param>
/// <param name="Receipt">A compact JWS once it is done; verify it with <c>/.well-known/jwks.json</c>.</param>
public sealed record ErasureView(
    Guid Id, string Status, DateTimeOffset RequestedAt, DateTimeOffset? FinishedAt, IReadOnlyList<ErasureAnswerView> Services, string? Receipt)
{
    public const string Running = "running", Done = "done";

    public static string StatusOf(ErasureRecord erasure) => erasure.FinishedAt is null ? Running : Done;
}

/// <param name="Removed">How many of what; absent until the service has answered.</param>
public sealed record ErasureAnswerView(string Service, DateTimeOffset? AnsweredAt, IReadOnlyDictionary<string, long>? Removed)
{
    public static ErasureAnswerView Of(ErasureAnswer answer) => new(
        answer.Service, answer.AnsweredAt,
        answer.Counts is null ? null : JsonSerializer.Deserialize<Dictionary<string, long>>(answer.Counts, EventJson.Options));
}
