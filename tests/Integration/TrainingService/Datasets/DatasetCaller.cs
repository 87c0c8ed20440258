using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Integration.TrainingService.Datasets;

/// <summary>Somebody with data sets: raw HTTP, with names for what tests do often.</summary>
internal sealed class DatasetCaller(HttpClient http, string subject) : IDisposable
{
    public HttpClient Http { get; } = http;

    public string Subject { get; } = subject;

    public static Task<DatasetCaller> NewAsync(string role = "user") => NewAsync(DatasetServices.Training, role);

    public static async Task<DatasetCaller> NewAsync(TrainingApplication training, string role = "user")
    {
        var subject = Guid.CreateVersion7().ToString();
        return new DatasetCaller(await training.ClientInRoleAsync(subject, role, "train", "predict"), subject);
    }

    /// <summary>A new data set; returns its path.</summary>
    public async Task<string> CreateAsync(string kind = "tabular", string? schema = null)
    {
        var body = $$"""{"name": "set-{{Guid.NewGuid():N}}x", "kind": "{{kind}}"{{(schema is null ? "" : $", \"schema\": {schema}")}}}""";
        var created = await Http.PostAsync("/v1/datasets", Json(body)).ReadAsync(HttpStatusCode.Created);
        return $"/v1/datasets/{created.Text("id")}";
    }

    public Task<HttpResponseMessage> PostAsync(string dataset, string body, string type, string query = "") => PostAsync(dataset, Encoding.UTF8.GetBytes(body), type, query);

    public Task<HttpResponseMessage> PostAsync(string dataset, byte[] body, string type, string query = "")
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return Http.PostAsync($"{dataset}/labels{query}", content);
    }

    public Task<HttpResponseMessage> PostCsvAsync(string dataset, string csv) => PostAsync(dataset, csv, "text/csv");

    public Task<HttpResponseMessage> PostNdjsonAsync(string dataset, params string[] rows) => PostAsync(dataset, string.Join('\n', rows), "application/x-ndjson");

    public Task<HttpResponseMessage> PostJsonAsync(string dataset, string rows) => PostAsync(dataset, rows, "application/json");

    public Task<JsonNode> GetAsync(string path) => Http.GetAsync(path).ReadAsync();

    public async Task<JsonArray> LabelsAsync(string dataset, string query = "") => (await GetAsync($"{dataset}/labels{query}"))["items"]!.AsArray();

    public async Task<JsonNode> SnapshotAsync(string dataset, HttpStatusCode expected = HttpStatusCode.Created) =>
        await Http.PostAsync($"{dataset}/snapshots", null).ReadAsync(expected);

    public Task<HttpResponseMessage> PutLabelAsync(string dataset, string id, string label) => Http.PutAsync($"{dataset}/labels/{id}", Json($$"""{"label": {{label}}}"""));

    public static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    public void Dispose() => Http.Dispose();
}
