using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Integration.TrainingService.Datasets;
using Microsoft.Extensions.DependencyInjection;
using TrainingService;

namespace Integration.TrainingService.Compatibility;

/// <summary>A registered user who knows the documents' routes and nothing else.</summary>
internal sealed class DocumentUser(HttpClient http, string subject) : IDisposable
{
    public HttpClient Http { get; } = http;

    public string Subject { get; } = subject;

    public static Task<DocumentUser> NewAsync(string role = "user", params string[] scopes) => NewAsync(CompatibilityServices.Suite.Training, role, scopes);

    public static async Task<DocumentUser> NewAsync(TrainingApplication training, string role = "user", params string[] scopes)
    {
        var subject = Guid.CreateVersion7().ToString();
        return new DocumentUser(await training.ClientInRoleAsync(subject, role, scopes is [] ? ["predict", "feedback"] : scopes), subject);
    }

    /// <summary>One with a trained model.</summary>
    public static async Task<DocumentUser> TrainedAsync(int rows = 200, double noise = 0.05)
    {
        var user = await NewAsync();
        await user.PostAsync(Rows(rows, noise: noise)).ReadAsync();
        await user.TrainAsync();
        return user;
    }

    /// <summary>Rows whose label is whether <c>x</c> is above 0, but for some; <c>plan</c> and <c>member</c> say nothing.</summary>
    public static string Rows(int count, int seed = 1, double noise = 0.05)
    {
        var random = new Random(seed);
        return new JsonArray([.. Enumerable.Range(0, count).Select(i =>
        {
            var x = Math.Round((random.NextDouble() * 2) - 1, 4);
            var label = (x > 0 ? 1 : 0) ^ (random.NextDouble() < noise ? 1 : 0);
            return (JsonNode)new JsonObject { ["x"] = x, ["y"] = i, ["plan"] = i % 3 == 0 ? "free" : "pro", ["member"] = i % 2 == 0, ["label"] = label };
        })]).ToJsonString();
    }

    public static string Row(double x) => string.Create(CultureInfo.InvariantCulture, $$"""{"x": {{x}}, "y": 5, "plan": "pro", "member": true}""");

    public Task<HttpResponseMessage> PostAsync(string rows, string query = "", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/data/train{query}") { Content = DatasetCaller.Json(rows) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return Http.SendAsync(request);
    }

    public Task<JsonNode> TrainAsync(string query = "") => Http.GetAsync($"/model/train{query}").ReadAsync();

    public Task<HttpResponseMessage> TestAsync(string row, string query = "") => Http.PostAsync($"/model/test{query}", DatasetCaller.Json(row));

    public Task<JsonNode> KpisAsync() => Http.GetAsync("/model/kpis").ReadAsync();

    public static async Task<long> CountAsync(FormattableString sql)
    {
        await using var scope = CompatibilityServices.Suite.Training.Services.CreateAsyncScope();
        return Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.SqlQuery<long>(scope.ServiceProvider.GetRequiredService<TrainingDb>().Database, sql).AsEnumerable().Single();
    }

    public void Dispose() => Http.Dispose();
}
