using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TrainingService;
using TrainingService.Datasets.Snapshots;
using TrainingService.Evaluations;
using TrainingService.Policies;
using TrainingService.Registry;
using TrainingService.Runs.Queue;

namespace Integration.TrainingService.Evaluations;

/// <summary>A person with a data set and a model that it guards. Versions are registered as a run does it; what they are worth, their weights say.</summary>
internal sealed class JudgedModel : IDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(1);

    private JudgedModel(HttpClient http, string subject, Guid dataset) => (Http, Subject, Dataset) = (http, subject, dataset);

    public static TrainingApplication Training => JudgementServices.Suite.Training;

    public HttpClient Http { get; }

    public string Subject { get; }

    public Guid Dataset { get; }

    public string Name { get; } = PackageFolder.NewModelName();

    public static async Task<JudgedModel> NewAsync(int perClass = 100)
    {
        var subject = Guid.CreateVersion7().ToString();
        var http = await Training.ClientInRoleAsync(subject, "user", "train");
        var created = await http.PostAsync("/v1/datasets", Json($$"""{"name": "set-{{Guid.NewGuid():N}}x", "kind": "tabular"}""")).ReadAsync(HttpStatusCode.Created);
        var model = new JudgedModel(http, subject, Guid.Parse(created.Text("id")));
        await model.PostAsync(TinyModels.Csv(perClass));
        return model;
    }

    public Task<JsonNode> PostAsync(string csv, string query = "") => Http.PostAsync($"/v1/datasets/{Dataset}/labels{query}", new StringContent(csv, Encoding.UTF8, "text/csv")).ReadAsync();

    /// <summary>A version that a run made. Returns its number.</summary>
    public async Task<string> RegisterAsync(float a, float b, Guid? run = null, string? owner = null, bool mayBind = false, string? model = null, Guid? snapshot = null, RunHold? hold = null, int reference = 0, string[]? labels = null)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, TinyModels.File(a, b));
            var lineage = JsonSerializer.SerializeToElement(new { dataset = Dataset, run = run ?? Guid.NewGuid(), snapshot, reference });
            return await InScopeAsync(async services =>
            {
                var number = await services.GetRequiredService<TrainingDb>().Datasets.Where(d => d.Id == Dataset).Select(d => d.Number).SingleAsync();
                var sha256 = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(file)));
                var version = await services.GetRequiredService<Registrar>().RegisterTrainedAsync(
                    new TrainedVersion(model ?? Name, "tabular-classification", number, owner, mayBind, new FileInfo(file), sha256, TinyModels.Manifest(labels ?? []), lineage, lineage, Subject, hold), CancellationToken.None);
                return version.Version;
            });
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>A run that a worker has, who does nothing.</summary>
    public async Task<RunHold> HoldRunAsync()
    {
        (await Http.PostAsync($"/v1/datasets/{Dataset}/snapshots", content: null)).EnsureSuccessStatusCode().Dispose(); // or it is there already
        var hold = new RunHold(Guid.CreateVersion7(), 1);
        await Training.TamperAsync($"""
            INSERT INTO runs (id, kind, dataset, snapshot, caller, cause, model, request, status, lease_owner, lease_epoch, lease_until, created_at)
            SELECT '{hold.Run}', 'training', s.dataset, s.id, '{Subject}', 'request', '{Name}', '{"{}"}', 'running', 'a test', {hold.Epoch}, now() + interval '1 hour', now() FROM dataset_snapshots s JOIN datasets d ON d.number = s.dataset WHERE d.id = '{Dataset}' LIMIT 1
            """);
        return hold;
    }

    /// <summary>Evaluates a version by a run and waits for its end.</summary>
    public async Task<JsonNode> EvaluateAsync(string version, string? model = null)
    {
        var queued = await PostEvaluationAsync(version, model).ReadAsync(HttpStatusCode.Accepted);
        return await WaitAsync(Guid.Parse(queued.Text("run")));
    }

    public Task<HttpResponseMessage> PostEvaluationAsync(string version, string? model = null, string? dataset = null) =>
        Http.PostAsync($"/v1/registry/models/{model ?? Name}/versions/{version}/evaluations", Json($$"""{"dataset": "{{dataset ?? Dataset.ToString()}}"}"""));

    public Task<JsonNode> WaitAsync(Guid run) => Eventually.SeeAsync(
        "the run ends", async () => await Http.GetAsync($"/v1/runs/{run}").ReadAsync(), seen => seen.Text("status") is not ("queued" or "running"), LongEnough, () => Training.Log);

    /// <summary>Registered, evaluated and then judged as at the end of a run.</summary>
    public async Task<(string Version, GateDecision Decision)> DecideAsync(float a, float b)
    {
        var version = await RegisterAsync(a, b);
        var run = await EvaluateAsync(version);
        return (version, await DecideAsync(version, Guid.Parse(run.Text("id"))));
    }

    public Task<GateDecision> DecideAsync(string version, Guid run, RunHold? hold = null) => InScopeAsync(async services =>
    {
        var found = await services.GetRequiredService<TrainingDb>().Versions.AsNoTracking().SingleAsync(v => v.Model == Name && v.Version == version);
        return await services.GetRequiredService<Gatekeeper>().DecideAsync(found, run, hold, Subject, CancellationToken.None);
    });

    public Task<HttpResponseMessage> PromoteAsync(string version, string? body = null) => PromoteAsync(Http, version, body);

    public Task<HttpResponseMessage> PromoteAsync(HttpClient caller, string version, string? body = null) =>
        caller.PostAsync($"/v1/registry/models/{Name}/versions/{version}/promote", body is null ? null : Json(body));

    public Task<bool> SetGatesAsync(Gates gates) => InScopeAsync(async services =>
    {
        var db = services.GetRequiredService<TrainingDb>();
        var number = await db.Datasets.Where(d => d.Id == Dataset).Select(d => d.Number).SingleAsync();
        await db.Policies.Where(p => p.Dataset == number).ExecuteDeleteAsync();
        db.Add(new DatasetPolicy { Dataset = number, Policy = new Policy(Gates: gates), Caller = Subject, ChangedAt = DateTimeOffset.UtcNow });
        return await db.SaveChangesAsync() == 1;
    });

    public Task<string> StatesAsync() => Training.StatesAsync(Name);

    public async Task<JsonNode> VersionAsync(string version) =>
        (await Http.GetAsync($"/v1/registry/models/{Name}").ReadAsync())["versions"]!.AsArray().Single(each => each!.Text("version") == version)!;

    public Task<Guid> SnapshotAsync() => InScopeAsync(async services =>
        (await services.GetRequiredService<SnapshotMaker>().EnsureAsync(Dataset, Subject, CancellationToken.None)).Snapshot.Id);

    /// <summary>As a run does it at its beginning.</summary>
    public Task<ReferenceSet> EnsureReferenceAsync() => InScopeAsync(async services =>
    {
        var dataset = await services.GetRequiredService<TrainingDb>().Datasets.AsNoTracking().SingleAsync(d => d.Id == Dataset);
        var (snapshot, _) = await services.GetRequiredService<SnapshotMaker>().EnsureAsync(Dataset, Subject, CancellationToken.None);
        return await services.GetRequiredService<ReferenceSets>().EnsureAsync(dataset, snapshot, CancellationToken.None);
    });

    public Task<JsonNode> ReferenceAsync() => Http.GetAsync($"/v1/datasets/{Dataset}/reference").ReadAsync();

    public static async Task<T> InScopeAsync<T>(Func<IServiceProvider, Task<T>> work)
    {
        await using var scope = Training.Services.CreateAsyncScope();
        return await work(scope.ServiceProvider);
    }

    public static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    public void Dispose() => Http.Dispose();
}
