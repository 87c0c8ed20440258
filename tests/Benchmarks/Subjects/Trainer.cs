using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Benchmarks.Subjects;

/// <summary>The administrator of the suite under test, who has data sets and trains on them.</summary>
public sealed class Trainer : IDisposable
{
    private const string Email = "admin@suite.local";
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20), Patience = TimeSpan.FromMinutes(5);
    private readonly HttpClient gateway;

    private Trainer(Uri gateway) => this.gateway = new HttpClient { BaseAddress = gateway, Timeout = TimeSpan.FromMinutes(5) };

    public static async Task<Trainer> LoginAsync(BenchSuite suite, CancellationToken cancellation)
    {
        var trainer = new Trainer(suite.Gateway);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["grant_type"] = "password", ["username"] = Email, ["password"] = suite.Secret("admin-password") });
        var token = await trainer.SendAsync(HttpMethod.Post, "/token", form, cancellation);
        trainer.gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token.GetProperty("access_token").GetString());
        return trainer;
    }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Get, path, null, cancellation);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Post, path, JsonContent.Create(body), cancellation);

    public Task<JsonElement> PutAsync(string path, object body, CancellationToken cancellation) => SendAsync(HttpMethod.Put, path, JsonContent.Create(body), cancellation);

    public Task<JsonElement> DeleteAsync(string path, CancellationToken cancellation) => SendAsync(HttpMethod.Delete, path, null, cancellation);

    /// <summary>An empty data set of rows; returns its path.</summary>
    public async Task<string> NewDatasetAsync(string name, CancellationToken cancellation) =>
        $"/v1/datasets/{(await PostAsync("/v1/datasets", new { name, kind = "tabular" }, cancellation)).GetProperty("id").GetString()}";

    /// <summary>Posts rows of numbers whose label their sum decides, but for one in ten.</summary>
    public Task<JsonElement> PostRowsAsync(string dataset, int rows, int columns, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var csv = new StringBuilder(string.Join(',', Enumerable.Range(0, columns).Select(c => $"c{c}"))).Append(",label\n");
        for (var i = 0; i < rows; i++)
        {
            var sum = 0.0;
            for (var c = 0; c < columns; c++)
            {
                var value = (random.NextDouble() * 2) - 1;
                sum += value;
                csv.Append(CultureInfo.InvariantCulture, $"{value:0.0000},");
            }
            csv.Append(sum > 0 != (random.Next(10) == 0) ? "yes\n" : "no\n");
        }
        return SendAsync(HttpMethod.Post, $"{dataset}/labels", new StringContent(csv.ToString(), Encoding.UTF8, "text/csv"), cancellation);
    }

    /// <summary>What is there once it is as it should be.</summary>
    /// <param name="isRight">Of what is seen; looked at until it says yes.</param>
    public async Task<JsonElement> SeeAsync(string path, Predicate<JsonElement> isRight, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(Patience);
        while (true)
        {
            var seen = await GetAsync(path, end.Token);
            if (isRight(seen))
                return seen;
            await Task.Delay(Glance, end.Token);
        }
    }

    /// <summary>Returns when the model answers a row of that many columns.</summary>
    /// <param name="key">Of somebody who may predict, which an administrator without consent may not.</param>
    public async Task WaitForAnswerAsync(string model, int columns, string key, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(Patience);
        using var caller = new HttpClient { BaseAddress = gateway.BaseAddress, DefaultRequestHeaders = { { "X-API-Key", key } } };
        var rows = new[] { Enumerable.Range(0, columns).ToDictionary(c => $"c{c}", _ => 0.5) };
        while (true)
        {
            using var answer = await caller.PostAsJsonAsync($"/v1/models/{model}/predict", new { rows }, end.Token);
            if (answer.IsSuccessStatusCode)
                return;
            await Task.Delay(Glance, end.Token);
        }
    }

    public void Dispose() => gateway.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        using var answer = await gateway.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
