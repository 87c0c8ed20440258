using static Gateway.Routing.Access;

namespace Gateway.Routing;

/// <summary>Everything that the suite answers from outside, on one screen. What is not here is not reachable.</summary>
public static class RouteTable
{
    public const string Auth = "auth";
    public const string Inference = "inference";
    public const string Feedback = "feedback";
    public const string Training = "training";

    private static readonly string[] Get = ["GET"];
    private static readonly string[] Post = ["POST"];
    private static readonly string[] Packed = ["gzip", "deflate"];
    private static readonly TimeSpan Prediction = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Training60 = TimeSpan.FromSeconds(75); // /model/train itself waits up to 60 s

    public static IReadOnlyList<GatewayRoute> All { get; } =
    [
        new("/token", Auth) { Methods = Post, Access = SignIn, MaxBodyBytes = BodySize.Form },
        new("/v1/auth/register", Auth) { Methods = Post, Access = SignIn, MaxBodyBytes = BodySize.Form },
        new("/.well-known/jwks.json", Auth) { Methods = Get, Access = Anyone },
        new("/v1/auth/erasures/{id}", Auth) { Methods = Get, Access = SignIn }, // asked for with a token of its own: the account is gone
        new("/v1/auth/me/export", Auth) { Methods = Get, Timeout = null },
        new("/v1/auth/{**rest}", Auth),
        new("/v1/admin/{**rest}", Auth),

        new("/v1/models", Inference) { Methods = Get, Access = Guests },
        new("/v1/models/{model}", Inference) { Methods = Get, Access = Guests },
        new("/v1/models/{model}/predict", Inference) { Methods = Post, Access = Guests, MaxBodyBytes = BodySize.Images, Timeout = Prediction, Predicts = true },
        new("/v1/models/{model}/tasks", Inference) { Methods = Post, MaxBodyBytes = BodySize.TaskInput, MaxBodyBytesSetting = "Tasks:MaxInputBytes", Timeout = null, Predicts = true },
        new("/v1/tasks/{**rest}", Inference) { Timeout = null },
        new("/v1/predictions/{**rest}", Inference) { Methods = Get, Access = Guests },
        new("/v1/faces/{**rest}", Inference) { MaxBodyBytes = BodySize.Images, Timeout = Prediction, Predicts = true },
        new("/v2/health/{**rest}", Inference) { Methods = Get, Access = Anyone },
        new("/v2/{**rest}", Inference) { Access = Guests, MaxBodyBytes = BodySize.Images, Timeout = Prediction, Predicts = true, BodyEncodings = Packed },

        new("/health", Inference) { Methods = Get, Access = Anyone },
        new("/detect", Inference) { Methods = Post, Access = Guests, MaxBodyBytes = BodySize.Image, Timeout = Prediction, Predicts = true },
        new("/detect-batch", Inference) { Methods = Post, Access = Guests, MaxBodyBytes = BodySize.Images, Timeout = Prediction, Predicts = true },
        new("/upload", Inference) { Methods = Post, Access = Guests, MaxBodyBytes = BodySize.Image, Timeout = Prediction, Predicts = true },
        new("/prediction", Inference) { Methods = Post, Access = Guests, Timeout = Prediction, Predicts = true },
        new("/predict", Inference) { Methods = Post, Access = Guests, Timeout = Prediction, Predicts = true },
        new("/task/{id}", Inference) { Methods = Get, Access = Guests },

        new("/v1/predictions/{id}/feedback", Feedback),
        new("/v1/labeling/{**rest}", Feedback),
        new("/v1/insights/{**rest}", Feedback) { Timeout = null },
        new("/v1/alerts/{**rest}", Feedback),
        new("/v1/reports/{**rest}", Feedback),

        new("/v1/datasets/{**rest}", Training) { MaxBodyBytes = BodySize.Upload, Timeout = null },
        new("/v1/runs/{id}/events", Training) { Methods = Get, Timeout = null },
        new("/v1/runs/{**rest}", Training),
        new("/v1/registry/{**rest}", Training) { MaxBodyBytes = BodySize.Upload, Timeout = null },
        new("/data/train", Training) { MaxBodyBytes = BodySize.Images },
        new("/model/{**rest}", Training) { Timeout = Training60 },
    ];

    private static readonly Dictionary<string, GatewayRoute> ById = All.ToDictionary(route => route.Id);

    public static IEnumerable<string> Services => All.Select(route => route.Service).Distinct();

    /// <summary>The route that an endpoint of the proxy stands for; null for the gateway's own endpoints.</summary>
    public static GatewayRoute? Of(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<Yarp.ReverseProxy.Model.RouteModel>() is { } model ? ById.GetValueOrDefault(model.Config.RouteId) : null;
}
