namespace Gateway.Routing;

/// <summary>The Open Inference Protocol has its own form of error, and its clients expect it from whoever answers under <c>/v2</c>.</summary>
public sealed class OpenInferenceErrors : IProblemDetailsWriter
{
    public bool CanWrite(ProblemDetailsContext context) => context.HttpContext.Request.Path.StartsWithSegments("/v2");

    public async ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        await context.HttpContext.Response.WriteAsJsonAsync(
            new OpenInferenceError(problem.Detail ?? problem.Title ?? "The request failed."), context.HttpContext.RequestAborted);
    }
}

public sealed record OpenInferenceError(string Error);
