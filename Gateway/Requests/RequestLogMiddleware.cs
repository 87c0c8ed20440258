using System.Diagnostics;
using System.Globalization;
using Gateway.Identity;
using Gateway.Routing;
using Microsoft.AspNetCore.Http.Features;

namespace Gateway.Requests;

/// <summary>One record for each request, whatever became of it.</summary>
public static class RequestLogMiddleware
{
    /// <summary>By which InferenceService says how many items it predicted. Callers do not see it.</summary>
    public const string ItemCountHeader = "X-Item-Count";

    private const string Users = "/v1/admin/users/";
    private const int MaxPath = 256, MaxUserAgent = 256;
    private const int ClientClosedRequest = 499; // nobody sees it but us

    public static void AddRequestLog(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<RequestLogOptions>().BindConfiguration("Gateway:RequestLog").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<LoggedAddress>();
        builder.Services.AddSingleton<RequestLogMetrics>();
        builder.Services.AddRequestLogClient();
        builder.Services.AddSingleton<RequestLog>();
        builder.Services.AddHostedService(services => services.GetRequiredService<RequestLog>());
        // A line for each request is for machines: over OTLP, not on the console.
        builder.Logging.AddFilter<Microsoft.Extensions.Logging.Console.ConsoleLoggerProvider>(RequestLog.Lines, LogLevel.None);
    }

    public static void UseRequestLog(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<RequestLog>();
        var addresses = app.ApplicationServices.GetRequiredService<LoggedAddress>();
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        app.Use((context, next) => context.Request.Path.StartsWithSegments("/health", out var probe) && probe.HasValue
            ? next(context) // /health/live and /health/ready are asked every second
            : RecordAsync(context, next, Begin(context, addresses, time), log));
    }

    private static RequestEntry Begin(HttpContext context, LoggedAddress addresses, TimeProvider time)
    {
        var request = context.Request;
        return new RequestEntry
        {
            Time = time.GetUtcNow(),
            RequestId = request.Headers[RequestIds.Header].ToString(),
            Method = PlainText.Of(request.Method, 16) ?? "",
            Path = PlainText.Of(WithoutUser(request.Path.Value), MaxPath) ?? "/",
            UserAgent = PlainText.Of(request.Headers.UserAgent.ToString(), MaxUserAgent),
            Address = addresses.Of(context.Connection.RemoteIpAddress),
        };
    }

    private static async Task RecordAsync(HttpContext context, RequestDelegate next, RequestEntry entry, RequestLog log)
    {
        var started = Stopwatch.GetTimestamp();
        var features = context.Features;
        var body = features.GetRequiredFeature<IHttpResponseBodyFeature>();
        features.Set(entry);
        features.Set<IHttpResponseBodyFeature>(new CountedAnswer(body, entry));
        context.Response.OnStarting(static state => TakeItemCount((HttpContext)state), context);
        var completed = false;
        try
        {
            await next(context);
            completed = true;
        }
        finally
        {
            features.Set(body);
            entry.Milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            entry.Status = context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted ? ClientClosedRequest
                : completed || context.Response.HasStarted ? context.Response.StatusCode : StatusCodes.Status500InternalServerError;
            entry.Route = RouteTable.Of(context.GetEndpoint())?.Path ?? (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
            if (features.Get<Admission>() is { } admission)
                (entry.Principal, entry.KeyId, entry.KeyPrefix) = (admission.Subject, admission.KeyId, admission.KeyPrefix);
            log.Add(entry);
        }
    }

    /// <summary>An administrator's request about somebody is kept under the administrator's name, and would outlive that somebody's erasure.</summary>
    internal static string? WithoutUser(string? path)
    {
        if (path?.StartsWith(Users, StringComparison.OrdinalIgnoreCase) != true)
            return path;
        var end = path.IndexOf('/', Users.Length);
        return $"{Users}{{id}}{(end < 0 ? "" : path[end..])}";
    }

    private static Task TakeItemCount(HttpContext context)
    {
        var headers = context.Response.Headers;
        if (headers.TryGetValue(ItemCountHeader, out var count))
        {
            headers.Remove(ItemCountHeader);
            if (int.TryParse(count.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var items))
                context.Features.GetRequiredFeature<RequestEntry>().Items = items;
        }
        return Task.CompletedTask;
    }
}
