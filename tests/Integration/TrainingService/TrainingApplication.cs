using System.Net.Http.Json;
using System.Text.Json;
using Integration.StorageService;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ServiceDefaults.Erasure;
using TrainingService;
using TrainingService.Datasets;

namespace Integration.TrainingService;

/// <summary>TrainingService over a folder of packages, with a StorageService beside it.</summary>
internal sealed class TrainingApplication : IAsyncDisposable
{
    private readonly ServiceHost<TrainingDb> host;

    private TrainingApplication(ServiceHost<TrainingDb> host, HttpClient admin, HttpClient inference) => (this.host, Admin, Inference) = (host, admin, inference);

    /// <summary>A person who may promote.</summary>
    public HttpClient Admin { get; }

    /// <summary>InferenceService, which asks what to serve.</summary>
    public HttpClient Inference { get; }

    public string Address => host.Address;

    public string Log => host.Log;

    public IServiceProvider Services => host.Services;

    public static string NewDatabase() => $"training_{Guid.NewGuid():N}";

    /// <summary>Starts a replica; the same database makes it one of several.</summary>
    public static async Task<TrainingApplication> StartNewAsync(
        string database, PackageFolder packages, string storageAddress, IReadOnlyDictionary<string, string>? settings = null, TimeProvider? time = null)
    {
        settings ??= new Dictionary<string, string>();
        var host = await ServiceHost<TrainingDb>.StartNewAsync("training", database, new Dictionary<string, string>(settings)
        {
            ["Serving:TryCandidates"] = settings.GetValueOrDefault("Serving:TryCandidates", "false"), // there is no InferenceService unless a test starts one
            ["Registry:ImportPath"] = packages.Path,
            ["services:storage:http:0"] = storageAddress,
        }, time is null ? null : services => services.AddSingleton(time));
        return new TrainingApplication(
            host, await host.CreateClientAsync("0193-admin", "admin"), await host.CreateClientAsync("inference", "registry"));
    }

    /// <summary>Starts one and waits until its import is done.</summary>
    public static async Task<TrainingApplication> StartReadyAsync(
        PackageFolder packages, StorageApplication storage, string? database = null, IReadOnlyDictionary<string, string>? settings = null, TimeProvider? time = null)
    {
        var training = await StartNewAsync(database ?? NewDatabase(), packages, storage.Address, settings, time);
        await training.WaitUntilReadyAsync();
        return training;
    }

    public Task WaitUntilReadyAsync() => host.WaitUntilReadyAsync();

    public async Task<bool> IsReadyAsync()
    {
        using var response = await Admin.GetAsync("/health/ready");
        return response.IsSuccessStatusCode;
    }

    public Task<HttpClient> ClientWithScopeAsync(params string[] scopes) => host.CreateClientAsync("somebody", scopes);

    /// <summary>A person with a role.</summary>
    public Task<HttpClient> ClientInRoleAsync(string subject, string role, params string[] scopes) => host.CreateClientAsync(subject, [role], scopes);

    public Task<JsonElement> GetAsync(string path) => Admin.GetFromJsonAsync<JsonElement>(path);

    public Task<HttpResponseMessage> PromoteAsync(string model, string version) => Admin.PostAsync($"/v1/registry/models/{model}/versions/{version}/promote", null);

    public Task<HttpResponseMessage> RollBackAsync(string model) => Admin.PostAsync($"/v1/registry/models/{model}/rollback", null);

    /// <summary>The versions of a model with their states, newest first: <c>2 live, 1 archived</c>.</summary>
    public async Task<string> StatesAsync(string model)
    {
        var details = await GetAsync($"/v1/registry/models/{model}");
        return string.Join(", ", details.GetProperty("versions").EnumerateArray().Select(v => $"{v.GetProperty("version")} {v.GetProperty("state")}"));
    }

    /// <summary>The actions on record for a model, oldest first: <c>model.registered 1, model.promoted 1</c>.</summary>
    public async Task<string> HistoryAsync(string model)
    {
        var history = await GetAsync($"/v1/registry/models/{model}/history");
        return string.Join(", ", history.GetProperty("entries").EnumerateArray().Reverse()
            .Select(entry => $"{entry.GetProperty("action")} {entry.GetProperty("details").GetProperty("version")}"));
    }

    public async Task<JsonElement> VerificationAsync(string model) => (await GetAsync($"/v1/registry/models/{model}/history")).GetProperty("verification");

    /// <summary>What only somebody with the database's password can do.</summary>
    public async Task TamperAsync(string sql)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> QueryAsync<T>(string sql)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>What the service puts into the copy that a person asks for.</summary>
    public async Task<string> ExportAsync(string subject)
    {
        using var auth = await host.CreateClientAsync("auth", "export");
        return await auth.GetStringAsync($"/internal/export/{subject}");
    }

    /// <summary>All that the service has of a person, as when they are erased.</summary>
    public async Task EraseAsync(string subject)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TrainingDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlAsync($"INSERT INTO erased_subjects VALUES (erased_subject_hash({subject}), now())");
        foreach (var data in scope.ServiceProvider.GetServices<IPersonalData>())
        {
            while (await data.EraseAsync(subject, CancellationToken.None) > 0)
            {
            }
        }
        await transaction.CommitAsync();
    }

    /// <summary>What a service does when a person is to be erased. Returns how many rows and data sets that were.</summary>
    public async Task<long> EraseFromDatasetsAsync(string subject)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<TrainingDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        var erased = await scope.ServiceProvider.GetRequiredService<DatasetErasure>().EraseAsync(subject, CancellationToken.None);
        await transaction.CommitAsync();
        return erased;
    }

    public async ValueTask DisposeAsync()
    {
        Admin.Dispose();
        Inference.Dispose();
        await host.DisposeAsync();
    }
}
