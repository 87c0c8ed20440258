using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using ServiceDefaults.Problems;

namespace ServiceDefaults.Idempotency;

/// <summary>Tells whether two requests are the same without keeping either.</summary>
internal static class RequestFingerprint
{
    public const string Header = "Idempotency-Key";
    private const int MaxKeyLength = 200;

    /// <exception cref="ProblemException">The key is no sane token.</exception>
    public static string? ReadKey(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(Header, out var values))
            return null;
        var key = values.ToString();
        return key.Length is > 0 and <= MaxKeyLength && key.All(c => c is > ' ' and < '\x7f')
            ? key
            : throw ProblemException.Invalid(Header, $"An Idempotency-Key is 1 to {MaxKeyLength} visible ASCII characters.");
    }

    /// <summary>
    /// Over method, address and the body that was bound from JSON; of any other body only type and length, or its hash
    /// where a filter in front has read it (<see cref="RequestContentHash"/>).
    /// Keyed, because a body may hold a password, of which no fast hash must lie in a database.
    /// </summary>
    public static byte[] Compute(EndpointFilterInvocationContext invocation, string secret, JsonSerializerOptions json)
    {
        var request = invocation.HttpContext.Request;
        var bodyType = invocation.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        var body = bodyType is null ? null : invocation.Arguments.FirstOrDefault(bodyType.IsInstanceOfType);
        var content = invocation.HttpContext.Features.Get<RequestContentHash>()?.Sha256
            ?? (body is null ? $"{request.ContentType} {request.ContentLength}" : JsonSerializer.Serialize(body, bodyType!, json));
        return HMACSHA256.HashData(
            Encoding.UTF8.GetBytes($"idempotency:{secret}"),
            Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n{content}"));
    }
}

/// <summary>Of a body that a filter in front of the idempotency's has read: a form's boundary differs in every repetition, its content does not.</summary>
public sealed record RequestContentHash(string Sha256);
