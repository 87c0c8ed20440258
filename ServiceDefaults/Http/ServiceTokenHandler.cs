using System.Net.Http.Headers;

namespace ServiceDefaults.Http;

/// <summary>Puts this service's token on every call. There is no retry here: what may be repeated only its caller knows.</summary>
internal sealed class ServiceTokenHandler(ServiceTokens tokens, string scope) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", await tokens.GetAsync(scope, cancellation));
        return await base.SendAsync(request, cancellation);
    }
}
