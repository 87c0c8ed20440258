using System.Net;
using System.Text.Json;
using InferenceService.Models;

namespace InferenceService.Registry;

/// <summary>What the registry wants served: one version per model, the manifest as the package has it.</summary>
/// <param name="Owner">The only one whom the model serves; null: everybody.</param>
/// <param name="Suspended">Set while it must not predict.</param>
public sealed record LiveVersion(string Model, string Version, string Sha256, JsonElement Manifest, string? Owner = null, Suspension? Suspended = null);

public sealed class RegistryClient(HttpClient http)
{
    /// <exception cref="HttpRequestException">The registry does not answer.</exception>
    public async Task<LiveVersion[]> GetLiveAsync(CancellationToken cancellation) =>
        (await http.GetFromJsonAsync<LiveVersion[]>("/internal/registry/live", cancellation))!;

    /// <summary>One version, live or not; null when the registry has none of that number that may serve.</summary>
    /// <exception cref="HttpRequestException">The registry does not answer.</exception>
    public async Task<LiveVersion?> FindAsync(string model, string version, CancellationToken cancellation)
    {
        using var response = await http.GetAsync($"/internal/registry/models/{Uri.EscapeDataString(model)}/versions/{Uri.EscapeDataString(version)}", cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            return null;
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<LiveVersion>(cancellation);
    }
}
