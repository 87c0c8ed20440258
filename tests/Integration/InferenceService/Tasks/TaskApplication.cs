using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Integration.StorageService;
using Integration.TrainingService;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Integration.InferenceService.Tasks;

/// <summary>What a caller of tasks does, against an InferenceService with a scorer of rows and a mask detector.</summary>
internal sealed class TaskApplication : IAsyncDisposable
{
    private readonly PackageFolder packages = new();
    private readonly Dictionary<string, string> settings;
    private readonly List<InferenceApplication> replicas = [];
    private readonly string database = InferenceApplication.NewDatabase();

    private TaskApplication(Dictionary<string, string> settings) => this.settings = settings;

    public string Rows { get; } = PackageFolder.NewModelName();
    public string Images { get; } = PackageFolder.NewModelName();
    public StorageApplication Storage { get; private set; } = null!;
    public TrainingApplication Training { get; private set; } = null!;
    public IReadOnlyList<InferenceApplication> Replicas => replicas;
    public HttpClient Caller => replicas[0].Caller;
    public string Log => string.Join($"{Environment.NewLine}--- next replica{Environment.NewLine}", replicas.Select(replica => replica.Log));

    public static async Task<TaskApplication> StartNewAsync(params (string Name, string Value)[] settings)
    {
        var tasks = new TaskApplication(settings.ToDictionary(setting => $"Tasks:{setting.Name}", setting => setting.Value));
        tasks.packages.WriteScorer(tasks.Rows, "1");
        tasks.packages.WriteScorer(tasks.Rows, "2"); // the live one
        tasks.packages.WriteMaskDetector(tasks.Images, "1");
        tasks.Storage = await StorageApplication.StartNewAsync();
        tasks.Training = await TrainingApplication.StartReadyAsync(tasks.packages, tasks.Storage);
        await tasks.AddReplicaAsync();
        return tasks;
    }

    public async Task<InferenceApplication> AddReplicaAsync()
    {
        replicas.Add(await InferenceApplication.StartReadyAsync(Training.Address, Storage.Address, database, settings: settings));
        return replicas[^1];
    }

    public async Task RemoveReplicaAsync(InferenceApplication replica)
    {
        replicas.Remove(replica);
        await replica.DisposeAsync();
    }

    public static string Row(int i) => $$"""{"abuse_type": "MSG", "report_text_len": {{i}}, "profile_rating": 1.5, "popularity": 3}""";

    public static string Ndjson(int rows) => string.Concat(Enumerable.Range(0, rows).Select(i => Row(i) + "\n"));

    public static string Csv(params IEnumerable<string> lines) => string.Join('\n', ["abuse_type,report_text_len,profile_rating,popularity", .. lines]);

    public static byte[] Zip(params IEnumerable<(string Name, byte[] Content)> files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return bytes.ToArray();
    }

    public Task<HttpResponseMessage> PostAsync(string model, byte[] body, string contentType, string? idempotencyKey = null, HttpClient? caller = null)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        return PostAsync(model, content, idempotencyKey, caller);
    }

    public Task<HttpResponseMessage> PostAsync(string model, HttpContent content, string? idempotencyKey = null, HttpClient? caller = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/models/{model}/tasks") { Content = content };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return (caller ?? Caller).SendAsync(request);
    }

    public Task<HttpResponseMessage> PostRowsAsync(string rows, string contentType = "application/x-ndjson") => PostAsync(Rows, Encoding.UTF8.GetBytes(rows), contentType);

    /// <summary>Sends a task and returns its id.</summary>
    public async Task<string> CreateAsync(Task<HttpResponseMessage> post)
    {
        using var accepted = await post;
        var task = await accepted.ReadAsync(HttpStatusCode.Accepted);
        NUnit.Framework.Assert.That(accepted.Headers.Location?.ToString(), NUnit.Framework.Is.EqualTo($"/v1/tasks/{task.Text("id")}"));
        return task.Text("id");
    }

    public Task<JsonNode> GetAsync(string task) => Caller.GetAsync($"/v1/tasks/{task}").ReadAsync();

    public Task<JsonNode> WaitAsync(string task, string status = "succeeded", TimeSpan? deadline = null) =>
        Eventually.SeeAsync($"task {task} is {status}", () => GetAsync(task), seen => seen.Text("status") == status, deadline, () => Log);

    public static int Done(JsonNode task) => task["progress"]!["done"]!.GetValue<int>();

    public async Task<IReadOnlyList<JsonNode>> ResultsAsync(string task, string query = "")
    {
        var text = await Caller.GetStringAsync($"/v1/tasks/{task}/results{query}");
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    public static IEnumerable<int> Indices(IEnumerable<JsonNode> results) => results.Select(line => line["index"]!.GetValue<int>());

    public async Task<long> CountAsync(string from)
    {
        await using var command = replicas[0].Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = replicas[0].Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in replicas)
            await replica.DisposeAsync();
        await Training.DisposeAsync();
        await Storage.DisposeAsync();
        packages.Dispose();
    }
}
