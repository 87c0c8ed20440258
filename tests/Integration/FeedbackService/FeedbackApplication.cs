using System.Net.Http.Json;
using FeedbackService;
using Integration.InferenceService;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using ServiceDefaults.Erasure;

namespace Integration.FeedbackService;

/// <summary>FeedbackService as it runs, with predictions that a test put there.</summary>
internal sealed class FeedbackApplication : IAsyncDisposable
{
    private readonly ServiceHost<FeedbackDb> host;

    private FeedbackApplication(ServiceHost<FeedbackDb> host, HttpClient caller, HttpClient analyst) => (this.host, Caller, Analyst) = (host, caller, analyst);

    public const string Subject = "caller-1";

    public HttpClient Caller { get; }

    public HttpClient Analyst { get; }

    public string Log => host.Log;

    public static string NewDatabase() => $"feedback_{Guid.NewGuid():N}";

    /// <summary>The same database makes it one of several replicas.</summary>
    public static async Task<FeedbackApplication> StartReadyAsync(string? database = null, TimeProvider? time = null, params (string Name, string Value)[] settings)
    {
        var host = await ServiceHost<FeedbackDb>.StartNewAsync("feedback", database ?? NewDatabase(), new Dictionary<string, string>(settings.Select(s => KeyValuePair.Create(s.Name, s.Value)))
        {
            ["services:inference-0:http:0"] = InferenceApplication.Nowhere,
            ["Quality:Every"] = settings.FirstOrDefault(s => s.Name == "Quality:Every").Value ?? "00:00:00",
        }, time is null ? null : services => services.AddSingleton(time));
        await host.WaitUntilReadyAsync();
        return new FeedbackApplication(host, await host.CreateClientAsync(Subject, "feedback"), await host.CreateClientAsync("analyst-1", "insights"));
    }

    public Task<HttpClient> ClientAsync(string subject, params string[] scopes) => host.CreateClientAsync(subject, scopes);

    /// <summary>A prediction of the caller's, as if its event had come. Returns its id.</summary>
    public async Task<Guid> PredictedAsync(string model, string? label, string version = "1", string caller = Subject)
    {
        var id = Guid.CreateVersion7();
        await ExecuteAsync("INSERT INTO observations (id, request_id, caller, model, version, task, label, time) VALUES ($1, $1, $2, $3, $4, 'image-classification', $5, now())", id, caller, model, version, label);
        return id;
    }

    public async Task JudgeAsync(Guid item, object judgement) => await Caller.PutAsJsonAsync(PathOf(item), judgement).ReadAsync();

    public static string PathOf(Guid item) => $"/v1/predictions/{item}/feedback";

    /// <summary>What the service does when a person is to be erased.</summary>
    public async Task EraseAsync(string subject)
    {
        await using var scope = host.Services.CreateAsyncScope();
        foreach (var data in scope.ServiceProvider.GetServices<IPersonalData>().Where(data => data.Name is "feedback" or "observations"))
            await data.EraseAsync(subject, CancellationToken.None);
    }

    public async Task ExecuteAsync(string sql, params object?[] parameters)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        Analyst.Dispose();
        await host.DisposeAsync();
    }
}
