using ServiceDefaults.Problems;

namespace Gateway;

/// <summary>
/// Paths that mean one thing here and another thing behind: a slash or a dot-segment that is still packed, a backslash, a
/// control character. No name in the suite has them.
/// </summary>
public static class PathRules
{
    public static void UsePathRules(this IApplicationBuilder app) => app.Use((context, next) =>
        IsPlain(context.Request.Path.Value ?? "")
            ? next(context)
            : throw new ProblemException(StatusCodes.Status400BadRequest, "malformed-path", "The path has an encoded slash, a backslash, a '..' segment or a control character.") { Field = "path" });

    /// <param name="path">As the server decoded it: all but <c>%2F</c>.</param>
    internal static bool IsPlain(string path) =>
        !path.Contains("%2F", StringComparison.OrdinalIgnoreCase) && !path.Contains('\\') && !path.Contains("%5C", StringComparison.OrdinalIgnoreCase)
        && !path.Contains("%2E", StringComparison.OrdinalIgnoreCase) && !path.Contains("/../", StringComparison.Ordinal) && !path.EndsWith("/..", StringComparison.Ordinal)
        && !path.AsSpan().ContainsAnyInRange('\0', '\x1f') && !path.Contains('\x7f');
}
