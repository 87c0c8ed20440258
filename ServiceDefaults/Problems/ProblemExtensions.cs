using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using ServiceDefaults.Database;

namespace ServiceDefaults.Problems;

/// <summary>Errors as RFC 9457 problem details, the framework's own (404, 415, unreadable JSON) included.</summary>
public static class ProblemExtensions
{
    internal static void AddSuiteProblemDetails(this IServiceCollection services)
    {
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context =>
        {
            context.ProblemDetails.Extensions.Remove("traceId");
            if (!context.ProblemDetails.Extensions.ContainsKey("code"))
                Complete(context.ProblemDetails, context.HttpContext);
            var requestId = context.HttpContext.Request.Headers["X-Request-Id"].ToString();
            if (requestId.Length > 0)
                context.ProblemDetails.Extensions["requestId"] = requestId;
        });
        services.AddExceptionHandler<ProblemExceptionHandler>();
        // Unreadable JSON and oversize bodies surface as BadHttpRequestException in every environment.
        services.Configure<Microsoft.AspNetCore.Routing.RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
    }

    internal static void UseSuiteProblemDetails(this WebApplication app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // A refusal is an answer, not an incident: only what nobody foresaw goes to the error log.
            SuppressDiagnosticsCallback = context => context.Exception is ProblemException or BadHttpRequestException || context.Exception.IsInvalidText(),
        });
        app.UseStatusCodePages();
    }

    /// <summary>The answer for one problem; also what a multi-item answer embeds per item.</summary>
    public static ProblemDetails ToDetails(this ProblemException problem)
    {
        var details = new ProblemDetails
        {
            Type = $"urn:inference-suite:{problem.Code}",
            Title = problem.Code.Replace('-', ' '),
            Status = problem.Status,
            Detail = problem.Message,
        };
        details.Extensions["code"] = problem.Code;
        foreach (var (member, value) in problem.Extensions ?? new Dictionary<string, object?>())
            details.Extensions[member] = value;
        if (problem.Errors is not null)
            details.Extensions["errors"] = problem.Errors;
        else if (problem.Field is not null)
            details.Extensions["errors"] = new Dictionary<string, string[]> { [problem.Field] = [problem.Message] };
        return details;
    }

    /// <summary>What the framework refuses by itself gets a code like everything else, and a wrong type is blamed on its header.</summary>
    private static void Complete(ProblemDetails details, HttpContext context)
    {
        var code = details.Status switch
        {
            StatusCodes.Status404NotFound => "not-found",
            StatusCodes.Status405MethodNotAllowed => "method-not-allowed",
            StatusCodes.Status415UnsupportedMediaType => "unsupported-type",
            StatusCodes.Status500InternalServerError => "internal-error",
            _ => null,
        };
        if (code is null)
            return;
        (details.Type, details.Title) = ($"urn:inference-suite:{code}", code.Replace('-', ' '));
        details.Extensions["code"] = code;
        if (details.Status == StatusCodes.Status415UnsupportedMediaType)
        {
            details.Detail ??= $"'{context.Request.ContentType}' is not accepted here.";
            details.Extensions["errors"] = new Dictionary<string, string[]> { ["Content-Type"] = [details.Detail] };
        }
    }

    internal static void SetRetryAfter(this HttpResponse response, TimeSpan delay) =>
        response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
