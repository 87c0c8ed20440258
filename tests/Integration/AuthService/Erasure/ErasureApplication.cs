using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using FeedbackService;
using Integration.StorageService;
using Npgsql;
using TestSupport;

namespace Integration.AuthService.Erasure;

/// <summary>AuthService with a StorageService and a FeedbackService that trust it, each under a name of its own so that no other test's queues are theirs.</summary>
internal sealed class ErasureApplication : IAsyncDisposable
{
    private readonly string suffix = Guid.NewGuid().ToString("N")[..8];
    private readonly string feedbackDatabase = $"feedback_{Guid.NewGuid():N}";
    private ServiceHost<FeedbackDb>? feedback;

    public AuthApplication Auth { get; private set; } = null!;

    public StorageApplication Storage { get; private set; } = null!;

    public string Log => $"{Auth.Log}{Environment.NewLine}--- storage{Environment.NewLine}{Storage.Log}{Environment.NewLine}--- feedback{Environment.NewLine}{feedback?.Log}";

    public string FeedbackAddress => feedback!.Address;

    public string FeedbackLog => feedback?.Log ?? "";

    // As they are called in queues and receipts.
    public string AuthName => $"auth-{suffix}";
    public string StorageName => $"storage-{suffix}";
    public string FeedbackName => $"feedback-{suffix}";

    /// <param name="withFeedback">False: it never ran, so that not even its queue is there.</param>
    public static async Task<ErasureApplication> StartNewAsync(bool withFeedback = true, params (string Name, string Value)[] settings)
    {
        var application = new ErasureApplication();
        var all = new Dictionary<string, string>
        {
            ["ServiceIdentity:Name"] = application.AuthName,
            ["Auth:Erasure:Services:0"] = application.AuthName,
            ["Auth:Erasure:Services:1"] = application.StorageName,
            ["Auth:Erasure:Services:2"] = application.FeedbackName,
            ["Auth:Erasure:CheckEvery"] = "00:00:00.2",
            ["Auth:Erasure:RepeatAfter"] = "00:00:01",
        };
        foreach (var (name, value) in settings)
            all[name] = value;
        application.Auth = await AuthApplication.StartNewAsync(all);
        application.Storage = await StorageApplication.StartNewAsync(application.SettingsOf(application.StorageName));
        if (withFeedback)
            await application.StartFeedbackAsync();
        return application;
    }

    public async Task StartFeedbackAsync()
    {
        feedback = await ServiceHost<FeedbackDb>.StartNewAsync("feedback", feedbackDatabase, SettingsOf(FeedbackName));
        await feedback.WaitUntilReadyAsync();
    }

    public async Task StopFeedbackAsync()
    {
        await feedback!.DisposeAsync();
        feedback = null;
    }

    public async Task<Person> NewPersonAsync()
    {
        var email = AuthApplication.NewEmail();
        var id = (await Auth.RegisterAsync(email, consent: new { version = "1" }, idempotencyKey: Guid.NewGuid().ToString()).ReadAsync(HttpStatusCode.Created)).Text("id");
        var session = await Auth.SignInAsync(email).ReadAsync();
        return new Person(email, id, session.Text("access_token"), session.Text("refresh_token"));
    }

    /// <summary>As InferenceService would.</summary>
    public async Task<HttpResponseMessage> StoreAsync(string owner, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/objects/{owner}/{StorageApplication.Sha256(content)}?kind=image") { Content = new ByteArrayContent(content) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await Auth.ServiceTokenAsync("inference", "objects").ReadAsync()).Text("access_token"));
        return await Storage.Client.SendAsync(request);
    }

    /// <summary>Predictions reach FeedbackService by their events.</summary>
    public async Task PredictAsync(Person person, int count)
    {
        for (var i = 0; i < count; i++)
            await EventSender.SendAsync(await Servers.RabbitMqAsync(), person.Predicted());
        await Eventually.IsTrueAsync(async () => await CountAsync("feedback", $"observations WHERE caller = '{person.Id}'") == count, "the predictions are observed", () => Log);
    }

    public Task<HttpResponseMessage> EraseAsync(Person person, object? body = null) =>
        Auth.SendAsync(HttpMethod.Delete, "/v1/auth/me", body ?? new { password = AuthApplication.Password }, person.Token);

    public async Task<Erased> EraseAcceptedAsync(Person person)
    {
        using var answer = await EraseAsync(person);
        var body = await answer.ReadAsync(HttpStatusCode.Accepted);
        return new Erased(answer.Headers.Location!.ToString(), body.Text("token"));
    }

    public async Task<HttpResponseMessage> AskAsync(string location, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, location);
        if (token is not null)
            request.Headers.Add("X-Erasure-Token", token);
        return await Auth.Client.SendAsync(request);
    }

    public async Task<JsonNode> StatusAsync(Erased erased) => await AskAsync(erased.Location, erased.Token).ReadAsync();

    public Task<JsonNode> WaitUntilDoneAsync(Erased erased) =>
        Eventually.SeeAsync("the erasure is done", () => StatusAsync(erased), status => status.Text("status") == "done", log: () => Log);

    public async Task<long> CountAsync(string service, string from)
    {
        await using var source = NpgsqlDataSource.Create(await ConnectionStringAsync(service));
        await using var command = source.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string service, string sql)
    {
        await using var source = NpgsqlDataSource.Create(await ConnectionStringAsync(service));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<string> ConnectionStringAsync(string service) => (await Servers.PostgresAsync())
        .ConnectionString(service switch { "auth" => Auth.Database, "storage" => Storage.Database, _ => feedbackDatabase });

    public async ValueTask DisposeAsync()
    {
        if (feedback is not null)
            await feedback.DisposeAsync();
        await Storage.DisposeAsync();
        await Auth.DisposeAsync();
    }

    private Dictionary<string, string> SettingsOf(string name) => new() { ["services:auth:http:0"] = Auth.Address, ["ServiceIdentity:Name"] = name };
}
