using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;

namespace ServiceDefaults.Problems;

/// <summary>Turns what handlers throw on purpose, a database that is away and text that it can't store, into problem details.</summary>
internal sealed class ProblemExceptionHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellation)
    {
        var problem = exception switch
        {
            ProblemException known => known,
            BadHttpRequestException refused => BindingProblems.From(refused),
            _ when exception.IsDatabaseAway() =>
                ProblemException.Unavailable("database-unavailable", "The database does not answer.", TimeSpan.FromSeconds(2)),
            _ when exception.IsErasedSubject() =>
                new ProblemException(StatusCodes.Status410Gone, "erased", "What was kept about this caller has been erased; nothing new is kept."),
            _ when exception.IsInvalidText() =>
                new ProblemException(StatusCodes.Status400BadRequest, "invalid-text", "A text in the request has a character that can't be stored, such as NUL."),
            _ => null,
        };
        if (problem is null)
            return false;

        context.Response.StatusCode = problem.Status;
        if (problem.RetryAfter is { } delay)
            context.Response.SetRetryAfter(delay);
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = context,
            ProblemDetails = problem.ToDetails(),
        });
    }
}
