using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Problems;

/// <summary>
/// The request can't be served and the caller should know why. Becomes an RFC 9457 answer with the status,
/// a stable code and, where one field is to blame, its name. The message is shown to the caller as it is.
/// </summary>
public sealed class ProblemException(int status, string code, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>Stable and machine-readable, for example <c>model-not-installed</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The field, column or header to blame, if it is one.</summary>
    public string? Field { get; init; }

    /// <summary>Instead of <see cref="Field"/> when several are to blame, each for its own reason.</summary>
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }

    /// <summary>What else the answer has, by member.</summary>
    public IReadOnlyDictionary<string, object?>? Extensions { get; init; }

    /// <summary>When trying again makes sense; sent as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public static ProblemException Invalid(string field, string detail) =>
        new(StatusCodes.Status400BadRequest, "invalid-field", detail) { Field = field };

    public static ProblemException NotFound(string what) =>
        new(StatusCodes.Status404NotFound, "not-found", $"There is no such {what}.");

    public static ProblemException Conflict(string code, string detail) =>
        new(StatusCodes.Status409Conflict, code, detail);

    public static ProblemException TooLarge(string field, string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, "too-large", detail) { Field = field };

    public static ProblemException UnsupportedType(string field, string detail) =>
        new(StatusCodes.Status415UnsupportedMediaType, "unsupported-type", detail) { Field = field };

    public static ProblemException Unusable(string field, string detail, string code = "unusable-input") =>
        new(StatusCodes.Status422UnprocessableEntity, code, detail) { Field = field };

    public static ProblemException Unavailable(string code, string detail, TimeSpan retryAfter) =>
        new(StatusCodes.Status503ServiceUnavailable, code, detail) { RetryAfter = retryAfter };
}
