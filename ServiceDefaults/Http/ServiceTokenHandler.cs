using System.Net;
using System.Net.Http.Headers;

namespace ServiceDefaults.Http;

/// <summary>Puts this service's token on every call. There is no retry here: what may be repeated only its caller knows.</summary>
internal sealed class ServiceTokenHandler(ServiceTokens tokens, string scope) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        if (request.Headers.Authorization is not null)
            return await base.SendAsync(request, cancellation);

        var token = await tokens.GetAsync(scope, cancellation);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await base.SendAsync(request, cancellation);
        // A challenge means that the token itself was refused, its key being gone: the next call asks for another.
        if (response.StatusCode == HttpStatusCode.Unauthorized && response.Headers.WwwAuthenticate.Count > 0)
            tokens.Forget(scope, token);
        return response;
    }
}
