namespace Gateway;

/// <summary>What browsers are told about every answer. A service that knows better about its own page sets its own policy.</summary>
public static class SecurityHeaders
{
    private const string DataOnly = "default-src 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.XContentTypeOptions = "nosniff";
            headers.XFrameOptions = "DENY";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (headers.ContentSecurityPolicy.Count == 0)
                headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs") ? ApiDocs.DocsPage.ContentSecurityPolicy : DataOnly;
            headers.Remove("Server");
            headers.Remove("X-Powered-By");
            return Task.CompletedTask;
        });
        return next(context);
    });
}
