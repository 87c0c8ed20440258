using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace ServiceDefaults.Problems;

/// <summary>
/// The Open Inference Protocol has its own form of error, and its clients expect it from whoever answers under <c>/v2</c>.
/// To be registered before the service defaults: the first writer that can write does.
/// </summary>
public sealed class OpenInferenceErrors : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments("/v2");

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var (http, problem) = (context.HttpContext, context.ProblemDetails);
        await http.Response.WriteAsJsonAsync(new OpenInferenceError(problem.Detail ?? Explain(http)), http.RequestAborted);
    }

    /// <summary>For what routing itself refuses, without a word.</summary>
    private static string Explain(HttpContext http) => http.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {http.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{http.Request.Path} does not take {http.Request.Method}; the header Allow says what it takes.",
        StatusCodes.Status500InternalServerError => "The request failed, by no fault of the caller's.",
        var status => $"{ReasonPhrases.GetReasonPhrase(status)}.",
    };
}

public sealed record OpenInferenceError(string Error);
