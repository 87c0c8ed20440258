using Gateway.Identity;
using Gateway.Routing;
using ServiceDefaults.Authentication;

namespace Gateway.Limits;

/// <summary>The decision which bucket a request takes from.</summary>
/// <param name="Bucket">Requests with the same name share one.</param>
public sealed record CallerLimit(string Bucket, int RequestsPerMinute, string Whose)
{
    public static CallerLimit Of(GatewayRoute route, Admission? admission, string address, RateLimitOptions limits, GuestOptions guests) => (route.Access, admission) switch
    {
        (Access.SignIn, _) => SignIn(address, limits),
        (_, null) => new($"anyone {address}", limits.UserRequestsPerMinute, "this address"),
        (_, { KeyId: { } key }) => ForKey(key, admission.RequestsPerMinute ?? limits.UserRequestsPerMinute),
        _ when admission.Principal.IsInRole("guest") => new($"guest {address}", guests.RequestsPerMinute, "guests at this address (Gateway:Guest:RequestsPerMinute)"),
        _ => new($"user {admission.Principal.CallerId()}", limits.UserRequestsPerMinute, "this user"),
    };

    public static CallerLimit SignIn(string address, RateLimitOptions limits) =>
        new($"sign-in {address}", limits.SignInsPerMinute, "sign-ins from this address (Gateway:RateLimits:SignInsPerMinute)");

    private static CallerLimit ForKey(Guid key, int perMinute) => new($"key {key} {perMinute}", perMinute, "this API key");
}
