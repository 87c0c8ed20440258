using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Integration.TrainingService.Datasets;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Integration.TrainingService.Runs;

/// <summary>Somebody with a data set to train on: raw HTTP, with names for what tests do often.</summary>
internal sealed class Trainee : IDisposable
{
    private readonly TrainingApplication training;

    private Trainee(TrainingApplication training, DatasetCaller caller, string dataset) => (this.training, Caller, Dataset) = (training, caller, dataset);

    public DatasetCaller Caller { get; }

    public HttpClient Http => Caller.Http;

    /// <summary>Its path.</summary>
    public string Dataset { get; }

    public string DatasetId => Dataset.Split('/')[^1];

    public string Log => training.Log;

    public static async Task<Trainee> NewAsync(string csv, TrainingApplication? training = null, string role = "user")
    {
        training ??= RunServices.Training;
        var caller = await DatasetCaller.NewAsync(training, role);
        var trainee = new Trainee(training, caller, await caller.CreateAsync());
        if (csv.Length > 0)
            await caller.PostCsvAsync(trainee.Dataset, csv).ReadAsync();
        return trainee;
    }

    /// <summary>The same somebody with another data set.</summary>
    public Trainee With(string dataset) => new(training, Caller, dataset);

    /// <summary>So many that the endless run is one.</summary>
    public static string Many { get; } = Rows(20_000);

    /// <summary>Two classes that a line tells apart, but for one row in ten: <c>x</c> and <c>y</c> count, <c>z</c> and the colour hardly.</summary>
    public static string Rows(int count, int seed = 1)
    {
        var random = new Random(seed);
        var csv = new StringBuilder("x,y,z,colour,label\n");
        for (var i = 0; i < count; i++)
        {
            var (x, y, z) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5, random.NextDouble());
            var right = x + y > 0 == random.NextDouble() > 0.1;
            csv.Append(CultureInfo.InvariantCulture, $"{x:0.######},{y:0.######},{z:0.######},{(i % 3 == 0 ? "red" : "green")},{(right ? "yes" : "no")}\n");
        }
        return csv.ToString();
    }

    public Task<HttpResponseMessage> PostRunAsync(string body, string? idempotencyKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{Dataset}/runs") { Content = DatasetCaller.Json(body) };
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return Http.SendAsync(request);
    }

    /// <summary>Starts a run and returns its id.</summary>
    public async Task<string> StartAsync(string body = """{"learner": "logistic-regression"}""") => (await PostRunAsync(body).ReadAsync(HttpStatusCode.Accepted)).Text("id");

    /// <summary>Of <see cref="Many"/> one that takes longer than any test waits.</summary>
    public Task<string> StartEndlessAsync() =>
        StartAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 10000, "earlyStopping": 0, "maxDepth": 6}}""");

    public Task<JsonNode> GetAsync(string run) => Caller.GetAsync($"/v1/runs/{run}");

    public Task<JsonNode> WaitAsync(string run, string status = "succeeded", TimeSpan? deadline = null) =>
        Eventually.SeeAsync($"run {run} is {status}", () => GetAsync(run), seen => seen.Text("status") == status, deadline ?? TimeSpan.FromSeconds(60), () => Log);

    public async Task<JsonNode> TrainAsync(string body = """{"learner": "logistic-regression"}""") => await WaitAsync(await StartAsync(body));

    /// <summary>Waits until the process that trains says how far it is.</summary>
    public Task<JsonNode> WaitUntilTrainingAsync(string run) => Eventually.SeeAsync(
        $"run {run} trains", () => GetAsync(run), seen => seen["progress"]?["stage"]?.GetValue<string>() == "training" && seen["progress"]!["done"]!.GetValue<long>() > 0, log: () => Log);

    public async Task<long> CountAsync(string from)
    {
        await using var command = training.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public Task ExecuteAsync(string sql) => training.TamperAsync(sql);

    public void Dispose() => Caller.Dispose();
}
