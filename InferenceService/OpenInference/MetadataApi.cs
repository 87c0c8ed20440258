using System.Reflection;
using System.Security.Claims;
using InferenceService.Models;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Authentication;

namespace InferenceService.OpenInference;

/// <summary>What the server and its models are.</summary>
internal static class MetadataApi
{
    private static readonly ServerMetadata Server = new(
        "inference-suite",
        typeof(MetadataApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0",
        ["binary_tensor_data", "classification", "model_configuration", "model_repository", "statistics"]);

    public static void MapMetadata(this RouteGroupBuilder v2)
    {
        v2.MapGet("/", () => TypedResults.Ok(Server)).WithName("ServerMetadata").WithSummary("The server and the extensions of the protocol that it speaks.");
        v2.MapGet("/models", (ModelHost host, ClaimsPrincipal user) => TypedResults.Ok(new ModelList([.. Live(host).Where(served => host.MayKnow(served.Manifest.Name, user)).Select(served => ModelMetadata.Of(served, host))])))
            .WithName("ListInferenceModels").WithSummary("The models that serve now, with their tensors.");

        v2.MapGet("/models/{model}", (string model, ClaimsPrincipal user, VersionLookup lookup, CancellationToken cancellation) => MetadataAsync(model, null, user, lookup, cancellation))
            .WithName("ModelMetadata").WithSummary("A model's inputs and outputs.");
        v2.MapGet("/models/{model}/versions/{version}", MetadataAsync).WithName("ModelVersionMetadata").WithSummary("The same of one version.");

        v2.MapGet("/models/{model}/config", (string model, ClaimsPrincipal user, VersionLookup lookup, CancellationToken cancellation) => ConfigurationAsync(model, null, user, lookup, cancellation))
            .WithName("ModelConfiguration").WithSummary("How a model is served: batching, queue, device.");
        v2.MapGet("/models/{model}/versions/{version}/config", ConfigurationAsync).WithName("ModelVersionConfiguration").WithSummary("The same of one version.");
    }

    private static async Task<Ok<ModelMetadata>> MetadataAsync(string model, string? version, ClaimsPrincipal user, VersionLookup lookup, CancellationToken cancellation) =>
        TypedResults.Ok(ModelMetadata.Of(await lookup.GetAsync(model, version, user.IsInferringService(), cancellation), lookup.Host));

    private static async Task<Ok<ModelConfiguration>> ConfigurationAsync(string model, string? version, ClaimsPrincipal user, VersionLookup lookup, CancellationToken cancellation) =>
        TypedResults.Ok(ModelConfiguration.Of(await lookup.GetAsync(model, version, user.IsInferringService(), cancellation)));

    private static IEnumerable<ServedModel> Live(ModelHost host) => host.Live.OrderBy(served => served.Manifest.Name, StringComparer.Ordinal);

    internal sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);

    internal sealed record ModelList(IReadOnlyList<ModelMetadata> Models);
}
