using System.Globalization;
using ServiceDefaults.Problems;

namespace InferenceService.Predictions;

/// <summary><c>X-Deadline-Ms</c>: how long a caller waits. After that the request's items are taken out of the queue.</summary>
internal static class RequestDeadline
{
    private const string Header = "X-Deadline-Ms";

    /// <summary>A source that is cancelled when the caller leaves or the deadline passes, if there is one.</summary>
    /// <exception cref="ProblemException">400: the header is no number of milliseconds.</exception>
    public static CancellationTokenSource Start(HttpRequest http, CancellationToken cancellation)
    {
        var deadline = Read(http);
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (deadline is { } wait)
            source.CancelAfter(wait);
        return source;
    }

    public static ProblemException Exceeded() =>
        new(StatusCodes.Status504GatewayTimeout, "deadline-exceeded", $"The answer was not there within {Header}.");

    private static TimeSpan? Read(HttpRequest http)
    {
        if (!http.Headers.TryGetValue(Header, out var text))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw ProblemException.Invalid(Header, $"'{Header}' is how many milliseconds the caller waits, a whole number above 0.");
    }
}
