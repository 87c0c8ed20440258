using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Idempotency;

/// <summary>An answer as it can be given again.</summary>
internal sealed record RecordedAnswer(int Status, string? Location, string? Body) : IResult
{
    public static async Task<RecordedAnswer> CaptureAsync(IResult result, HttpContext context, JsonSerializerOptions json)
    {
        while (result is INestedHttpResult nested)
            result = nested.Result;

        // Status and Location have no common interface: let the result write them somewhere.
        var scratch = new DefaultHttpContext { RequestServices = context.RequestServices };
        await result.ExecuteAsync(scratch);

        var value = (result as IValueHttpResult)?.Value;
        var shown = value is IShownOnce secret ? secret.WithoutSecret() : value;
        return new RecordedAnswer(
            scratch.Response.StatusCode,
            scratch.Response.Headers.Location,
            shown is null ? null : JsonSerializer.Serialize(shown, shown.GetType(), json));
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        httpContext.Response.Headers["Idempotency-Replayed"] = "true";
        httpContext.Response.Headers.Location = Location;
        if (Body is null)
            return;
        httpContext.Response.ContentType = "application/json; charset=utf-8";
        await httpContext.Response.WriteAsync(Body, httpContext.RequestAborted);
    }
}
