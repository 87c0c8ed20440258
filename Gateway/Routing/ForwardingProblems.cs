using Gateway.Limits;
using Microsoft.AspNetCore.Http.Timeouts;
using ServiceDefaults.Problems;
using Yarp.ReverseProxy.Forwarder;

namespace Gateway.Routing;

/// <summary>What the caller reads when a service did not answer.</summary>
public static class ForwardingProblems
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>Around the forwarding itself: turns its failures into problem details, where nothing was sent yet.</summary>
    public static void UseForwardingProblems(this IApplicationBuilder pipeline) => pipeline.Use(async (context, next) =>
    {
        await next(context);
        if (context.Response.HasStarted || context.GetForwarderErrorFeature() is not { } failure || RouteTable.Of(context.GetEndpoint()) is not { } route)
            return;
        // A route's timeout reaches the forwarder as a cancellation, like a caller who went away.
        var timedOut = context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true;
        if (failure.Error == ForwarderError.RequestBodyClient && context.Response.StatusCode == StatusCodes.Status408RequestTimeout)
            throw BodyLimits.TooSlow(context);
        if (Explain(timedOut ? ForwarderError.RequestTimedOut : failure.Error, context.Response.StatusCode, route) is { } problem)
            throw problem;
    });

    /// <summary>Null when there is nobody left to explain it to.</summary>
    internal static ProblemException? Explain(ForwarderError error, int status, GatewayRoute route) => error switch
    {
        ForwarderError.NoAvailableDestinations or ForwarderError.Request =>
            ProblemException.Unavailable($"{route.Service}-unavailable", $"The {route.Service} service does not answer. Try again in a moment.", RetryAfter),
        ForwarderError.RequestTimedOut =>
            new ProblemException(StatusCodes.Status504GatewayTimeout, "timeout", $"The {route.Service} service did not answer in time."),
        ForwarderError.RequestBodyClient when status == StatusCodes.Status413PayloadTooLarge => BodyLimits.TooLarge(route.MaxBodyBytes),
        ForwarderError.RequestBodyClient => new ProblemException(status, "malformed-request", "The request body could not be read to its end."),
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.ResponseBodyCanceled => null,
        _ => new ProblemException(StatusCodes.Status502BadGateway, "bad-gateway", $"The {route.Service} service broke off its answer."),
    };
}
