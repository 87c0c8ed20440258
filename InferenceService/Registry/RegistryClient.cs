using System.Text.Json;

namespace InferenceService.Registry;

/// <summary>What the registry wants served: one version per model, the manifest as the package has it.</summary>
public sealed record LiveVersion(string Model, string Version, string Sha256, JsonElement Manifest);

public sealed class RegistryClient(HttpClient http)
{
    /// <exception cref="HttpRequestException">The registry does not answer.</exception>
    public async Task<LiveVersion[]> GetLiveAsync(CancellationToken cancellation) =>
        (await http.GetFromJsonAsync<LiveVersion[]>("/internal/registry/live", cancellation))!;
}
