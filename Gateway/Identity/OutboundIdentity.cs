using System.Collections.Frozen;
using Gateway.Requests;

namespace Gateway.Identity;

/// <summary>What services hear about the caller: one token, checked or made here, and an address. Everything else that claims to say so is dropped.</summary>
public static class OutboundIdentity
{
    /// <summary>The caller's address in the form that may be kept (<see cref="RequestLogOptions.Addresses"/>). Services believe it only beside a valid token.</summary>
    public const string ClientAddressHeader = "X-Client-Address";

    private static readonly string[] Prefixes =
    [
        "X-User", "X-Auth", "X-Forwarded", "X-Original", "X-Remote-", "X-Principal", "X-Client-", "X-Cluster-Client-", "X-MS-CLIENT-", "X-Amzn-Oidc-",
        "X-Goog-", "X-Envoy-", "X-Rewrite-", "X-SSL-", "X-Internal-", "X-Identity", "X-Tenant", "X-Role", "X-Scope", "X-Group", "X-Email", "X-ProxyUser-", "CF-", "Fastly-Client-", "Ssl-Client-",
    ];

    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        EdgeAuthenticationHandler.ApiKeyHeader, "Authorization", "Proxy-Authorization", "Proxy", "Remote-User", "Remote-Addr", "Forwarded", "Via", "From", "Client-IP", "True-Client-IP",
        "X-Real-IP", "X-Host", "X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "Cookie");

    public static void UseOutboundIdentity(this IApplicationBuilder pipeline) => pipeline.Use((context, next) =>
    {
        var headers = context.Request.Headers;
        Strip(headers);
        if (context.Features.Get<Admission>() is { } admission)
            headers.Authorization = $"Bearer {admission.Token}";
        if (context.Features.Get<RequestEntry>()?.Address is { } address)
            headers[ClientAddressHeader] = address;
        return next(context);
    });

    internal static void Strip(IHeaderDictionary headers)
    {
        List<string>? dropped = null;
        foreach (var (name, _) in headers)
        {
            if (SpeaksOfIdentity(name))
                (dropped ??= []).Add(name);
        }
        foreach (var name in dropped ?? [])
            headers.Remove(name);
    }

    private static bool SpeaksOfIdentity(string header) =>
        Names.Contains(header)
        || header.Contains('_') // X_User: some servers read it as X-User
        || header[0] is 'X' or 'x' or 'C' or 'c' or 'F' or 'f' or 'S' or 's' && HasPrefix(header);

    private static bool HasPrefix(string header)
    {
        foreach (var prefix in Prefixes)
        {
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
