using System.Runtime.InteropServices;
using Gateway.Identity;
using Gateway.Routing;

namespace Gateway.Limits;

/// <summary>The decision which bucket a request takes from.</summary>
public readonly record struct CallerLimit(BucketName Bucket, int RequestsPerMinute, string Whose)
{
    public static CallerLimit Of(GatewayRoute route, Admission? admission, ClientAddress address, RateLimitOptions limits, GuestOptions guests) => (route.Access, admission) switch
    {
        (Access.SignIn, _) => SignIn(address, limits),
        (_, null) => new(new(BucketKind.Anyone, address.Value), limits.UserRequestsPerMinute, "this address (Gateway:RateLimits:UserRequestsPerMinute)"),
        (_, { KeyId: { } key }) => new(new(BucketKind.Key, NumberOf(key)), limits.OfKey(admission.RequestsPerMinute), "this API key"),
        _ when admission.IsGuest => new(new(BucketKind.Guest, address.Value), guests.RequestsPerMinute, "guests at this address (Gateway:Guest:RequestsPerMinute)"),
        _ => new(new(BucketKind.User, 0, admission.Subject), limits.UserRequestsPerMinute, "this user"),
    };

    public static CallerLimit SignIn(ClientAddress address, RateLimitOptions limits) =>
        new(new(BucketKind.SignIn, address.Value), limits.SignInsPerMinute, "sign-ins from this address (Gateway:RateLimits:SignInsPerMinute)");

    public static CallerLimit OfAddress(ClientAddress address, RateLimitOptions limits) =>
        new(new(BucketKind.Address, address.Value), limits.AddressRequestsPerMinute, "this address (Gateway:RateLimits:AddressRequestsPerMinute)");

    private static UInt128 NumberOf(Guid key) => MemoryMarshal.Cast<Guid, UInt128>(MemoryMarshal.CreateReadOnlySpan(ref key, 1))[0];
}
