using System.Net.Http.Json;
using System.Text.Json;
using InferenceService;
using Integration.StorageService;
using Integration.TrainingService;
using TestSupport;

namespace Integration.InferenceService;

/// <summary>InferenceService as it runs, behind a real registry and a real store unless a test takes them away.</summary>
internal sealed class InferenceApplication : IAsyncDisposable
{
    /// <summary>Nobody listens there.</summary>
    public const string Nowhere = "http://127.0.0.1:9";

    private readonly ServiceHost<InferenceDb> host;

    private InferenceApplication(ServiceHost<InferenceDb> host, HttpClient caller) => (this.host, Caller) = (host, caller);

    public HttpClient Caller { get; }

    public IServiceProvider Services => host.Services;

    public string Log => host.Log;

    public static string NewDatabase() => $"inference_{Guid.NewGuid():N}";

    public static string NewCache() => Repository.NewTemporaryFolder("cache");

    public static Task<InferenceApplication> StartReadyAsync(TrainingApplication training, StorageApplication storage, string? database = null, string? cache = null) =>
        StartReadyAsync(training.Address, storage.Address, database, cache);

    public static async Task<InferenceApplication> StartReadyAsync(
        string training, string storage, string? database = null, string? cache = null, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>())
        {
            ["Models:CachePath"] = cache ?? NewCache(),
            ["Models:Execution:Tune"] = "false",
            ["services:training:http:0"] = training,
            ["services:storage:http:0"] = storage,
        };
        var host = await ServiceHost<InferenceDb>.StartNewAsync("inference", database ?? NewDatabase(), all);
        await host.WaitUntilReadyAsync();
        return new InferenceApplication(host, await host.CreateClientAsync("caller-1", "predict"));
    }

    public Task<HttpResponseMessage> PredictAsync(string model, string? version = null) => Caller.PostAsJsonAsync($"/v1/models/{model}/predict{(version is null ? "" : $"?version={version}")}", new
    {
        rows = new[] { new { abuse_type = "MSG", report_text_len = 10, profile_rating = 1.5, popularity = 3 } },
    });

    /// <summary>Somebody else.</summary>
    public Task<HttpClient> CallerAsync(string subject) => host.CreateClientAsync(subject, "predict");

    public Task<HttpClient> CallerInRoleAsync(string subject, string role) => host.CreateClientAsync(subject, [role], ["predict"]);

    /// <summary>Another service of the suite.</summary>
    public Task<HttpClient> ServiceAsync(string name, string scope) => host.CreateClientAsync(name, ["service"], [scope]);

    /// <summary>The version that answers; null while none does.</summary>
    public async Task<string?> VersionAsync(string model)
    {
        using var answer = await PredictAsync(model);
        return answer.IsSuccessStatusCode ? (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("version").GetString() : null;
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        await host.DisposeAsync();
    }
}
