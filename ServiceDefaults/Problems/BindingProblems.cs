using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Problems;

/// <summary>What ASP.NET Core refuses while it binds a request, told in the caller's words: the field, and no names of ours.</summary>
internal static partial class BindingProblems
{
    private const string Code = "malformed-request";

    public static ProblemException From(BadHttpRequestException refused)
    {
        if (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
            return ProblemException.TooLarge("body", "The request body is larger than this route accepts.");
        if (refused.InnerException is JsonException json)
            return FromJson(json, refused.StatusCode);
        if (UnboundParameter().Match(refused.Message) is { Success: true } unbound)
            return Blame(refused.StatusCode, CamelCase(unbound.Groups["name"].Value), "'{0}' can't be read: it has the wrong form.");
        if (MissingParameter().Match(refused.Message) is { Success: true } missing && missing.Groups["source"].Value != "body")
            return Blame(refused.StatusCode, CamelCase(missing.Groups["name"].Value), "'{0}' is missing.");
        return refused.StatusCode == StatusCodes.Status415UnsupportedMediaType
            ? ProblemException.UnsupportedType("Content-Type", "Send application/json.")
            : Blame(refused.StatusCode, "body", "The request's {0} is missing or malformed.");
    }

    private static ProblemException FromJson(JsonException json, int status)
    {
        if (UnknownProperty().Match(json.Message) is { Success: true } unknown)
            return Blame(status, unknown.Groups["name"].Value, "There is no field '{0}' here.");
        var path = json.Path?.TrimStart('$').TrimStart('.');
        return string.IsNullOrEmpty(path)
            ? new ProblemException(status, Code, $"The JSON can't be read (line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}).") { Field = "body" }
            : Blame(status, path, "'{0}' is missing or has the wrong type.");
    }

    private static ProblemException Blame(int status, string field, string detail) =>
        new(status, Code, string.Format(System.Globalization.CultureInfo.InvariantCulture, detail, field)) { Field = field };

    private static string CamelCase(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    // The framework's messages are the only place where it says which parameter it was.
    [GeneratedRegex("^Failed to bind parameter \"(\\S+ )?(?<name>\\w+)\"")]
    private static partial Regex UnboundParameter();

    [GeneratedRegex("^Required parameter \"(\\S+ )?(?<name>\\w+)\" was not provided from (?<source>\\w+)")]
    private static partial Regex MissingParameter();

    [GeneratedRegex("^The JSON property '(?<name>[^']*)' could not be mapped")]
    private static partial Regex UnknownProperty();
}
