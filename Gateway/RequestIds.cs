using System.Diagnostics;

namespace Gateway;

/// <summary><c>X-Request-Id</c>: the caller's own where it is a sane token, on the request that services see, the response and the trace.</summary>
public static class RequestIds
{
    public const string Header = "X-Request-Id";
    private const int MaxLength = 64;

    public static void UseRequestIds(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        var id = Choose(context.Request.Headers[Header].ToString());
        context.Request.Headers[Header] = id;
        Activity.Current?.SetTag("request.id", id);
        context.Response.OnStarting(() =>
        {
            context.Response.Headers[Header] = id; // also over what a service answered with
            return Task.CompletedTask;
        });
        return next(context);
    });

    internal static string Choose(string offered) => IsSane(offered) ? offered : Guid.CreateVersion7().ToString("N");

    private static bool IsSane(string id) =>
        id.Length is > 0 and <= MaxLength && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
