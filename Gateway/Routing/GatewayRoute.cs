namespace Gateway.Routing;

/// <summary>One line of the <see cref="RouteTable"/>: which requests go to which service, and on what terms.</summary>
/// <param name="Path">An ASP.NET Core route pattern.</param>
/// <param name="Service">The service's name, as in <c>services:{name}:http:0</c>.</param>
public sealed record GatewayRoute(string Path, string Service)
{
    /// <summary>Empty: all.</summary>
    public IReadOnlyList<string> Methods { get; init; } = [];

    public Access Access { get; init; } = Access.Callers;

    /// <summary>Larger bodies are refused with 413. Null: the service itself sets the limit while it streams.</summary>
    public long? MaxBodyBytes { get; init; } = BodySize.Json;

    /// <summary>The service's own setting of that limit, where it has one: known here too, because a body that is refused by its length is refused before it is sent.</summary>
    public string? MaxBodyBytesSetting { get; init; }

    /// <summary>Until the answer is complete; then 504. Null: as long as bytes flow.</summary>
    public TimeSpan? Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What a body may be packed as: only where the service limits what it unpacks to.</summary>
    public IReadOnlyList<string> BodyEncodings { get; init; } = [];

    /// <summary>Whether it makes predictions of what is sent to it, which a user's consent is needed for.</summary>
    public bool Predicts { get; init; }

    /// <summary>Whether this request makes predictions: under <c>/v2</c> not all do.</summary>
    public bool IsPrediction(HttpRequest request) =>
        Predicts && (HttpMethods.IsPost(request.Method) || HttpMethods.IsPut(request.Method))
        && (!request.Path.StartsWithSegments("/v2") || request.Path.Value!.TrimEnd('/').EndsWith("/infer", StringComparison.OrdinalIgnoreCase));

    public string Id => $"{(Methods.Count == 0 ? "*" : string.Join(',', Methods))} {Path}";
}

public enum Access
{
    /// <summary>A token or an API key is needed.</summary>
    Callers,

    /// <summary>As <see cref="Callers"/>; and where guests are admitted, nothing.</summary>
    Guests,

    /// <summary>Nobody is asked who they are, and what they send about it is dropped.</summary>
    Anyone,

    /// <summary>As <see cref="Anyone"/>, throttled per address: this is where passwords are guessed.</summary>
    SignIn,
}

public static class BodySize
{
    public const long Form = 16 * 1024;
    public const long Json = 1024 * 1024;

    /// <summary>One image of the largest accepted size (32 MB) with its multipart frame.</summary>
    public const long Image = 34L * 1024 * 1024;

    public const long Images = 64L * 1024 * 1024;

    /// <summary>Inputs of tasks, if <c>Tasks:MaxInputBytes</c> does not say otherwise.</summary>
    public const long TaskInput = 4096L * 1024 * 1024;

    /// <summary>Model packages, data sets and archives.</summary>
    public const long Upload = 1024L * 1024 * 1024;
}
