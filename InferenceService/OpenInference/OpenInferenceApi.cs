using System.Globalization;
using System.Security.Claims;
using InferenceService.Batching;
using InferenceService.Models;
using InferenceService.OpenInference.Repository;
using InferenceService.OpenInference.Responses;
using InferenceService.OpenInference.Statistics;
using InferenceService.Predictions;
using Microsoft.AspNetCore.ResponseCompression;
using ServiceDefaults.Authentication;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference;

/// <summary>The Open Inference Protocol v2 over HTTP: <c>/v2</c>. See docs/open-inference.md.</summary>
public static class OpenInferenceApi
{
    /// <summary>How many bytes at the start of the body are JSON, in requests and answers with binary tensors.</summary>
    internal const string JsonLengthHeader = "Inference-Header-Content-Length";

    public static void AddOpenInference(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<OpenInferenceOptions>().BindConfiguration("OpenInference").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<Residency>();
        builder.Services.AddSingleton<VersionLookup>();
        builder.Services.AddSingleton<Inference>();
        builder.Services.AddResponseCompression(compression =>
        {
            compression.Providers.Add<GzipCompressionProvider>();
            compression.MimeTypes = ["application/json", "application/octet-stream"];
        });
    }

    public static void MapOpenInference(this WebApplication app)
    {
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/v2"), v2 => v2.UseResponseCompression());
        var group = app.MapGroup("/v2").WithTags("Open Inference Protocol");
        group.ProducesErrors(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound, StatusCodes.Status503ServiceUnavailable);
        var models = group.MapGroup("").RequireKnownModel();
        models.MapMetadata();
        models.MapHealth();
        models.MapStatistics();
        models.MapRepository();
        group.MapPost("/models/{model}/infer", (string model, HttpRequest http, ClaimsPrincipal user, ModelHost host, Inference inference, CancellationToken cancellation) => InferAsync(model, null, http, user, host, inference, cancellation))
            .Infers("ModelInfer", "Run a model on tensors, as JSON or as bytes after it (docs/open-inference.md).");
        group.MapPost("/models/{model}/versions/{version}/infer", InferAsync).Infers("ModelVersionInfer", "The same with one version.");
    }

    private static void Infers(this RouteHandlerBuilder route, string name, string summary) => route
        .RequireAnyScope(Scopes.Predict, Scopes.Service.Inference).WithName(name).WithSummary(summary)
        .ProducesErrors(StatusCodes.Status409Conflict, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status501NotImplemented, StatusCodes.Status504GatewayTimeout);

    private static void ProducesErrors<TBuilder>(this TBuilder routes, params int[] statuses) where TBuilder : IEndpointConventionBuilder =>
        routes.WithMetadata([.. statuses.Select(status => new ProducesResponseTypeMetadata(status, typeof(OpenInferenceError), ["application/json"]))]);

    private static async Task<InferResponse> InferAsync(string model, string? version, HttpRequest http, ClaimsPrincipal user, ModelHost host, Inference inference, CancellationToken cancellation)
    {
        host.RequireModel(model, user);
        using var deadline = RequestDeadline.Start(http, cancellation);
        try
        {
            return await inference.RunAsync(Request(model, version, http, user), http, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw RequestDeadline.Exceeded();
        }
    }

    /// <summary>A service of the suite goes behind whoever waits for an answer, and nobody's data are what it sends.</summary>
    private static PredictionRequest Request(string model, string? version, HttpRequest http, ClaimsPrincipal user) => user.IsInferringService()
        ? new PredictionRequest(model, version, user.CallerId(), Priority: Priority.Background) { ForService = true }
        : new PredictionRequest(model, version, user.CallerId()) { QuotaKey = user.ItemQuotaKey(), ClientAddress = http.ClientAddress() };

    /// <returns>Null when the header is absent.</returns>
    internal static int? ReadJsonLength(HttpRequest http)
    {
        if (!http.Headers.TryGetValue(JsonLengthHeader, out var text))
            return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw ProblemException.Invalid(JsonLengthHeader, $"'{JsonLengthHeader}' is how many bytes of the body are JSON, a whole number.");
    }
}
