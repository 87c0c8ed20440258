namespace Gateway.Identity;

/// <summary>What services hear about the caller: one token, checked or made here. Everything else that claims to say so is dropped.</summary>
public static class OutboundIdentity
{
    private static readonly string[] Prefixes = ["X-User", "X-Auth-", "X-Forwarded-User", "X-Forwarded-Email", "X-Forwarded-Preferred", "X-Forwarded-Groups", "X-Remote-", "X-Principal", "X-Client-Cert", "X-MS-CLIENT-"];
    private static readonly string[] Names = [EdgeAuthenticationHandler.ApiKeyHeader, "Authorization", "Proxy-Authorization", "Remote-User", "Forwarded", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL"];

    public static void UseOutboundIdentity(this IApplicationBuilder pipeline) => pipeline.Use((context, next) =>
    {
        Strip(context.Request.Headers);
        if (context.Features.Get<Admission>() is { } admission)
            context.Request.Headers.Authorization = $"Bearer {admission.Token}";
        return next(context);
    });

    internal static void Strip(IHeaderDictionary headers)
    {
        foreach (var name in headers.Keys.Where(SpeaksOfIdentity).ToArray())
            headers.Remove(name);
    }

    private static bool SpeaksOfIdentity(string header) =>
        Names.Contains(header, StringComparer.OrdinalIgnoreCase)
        || Prefixes.Any(prefix => header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || header.Contains('_'); // X_User: some servers read it as X-User
}
