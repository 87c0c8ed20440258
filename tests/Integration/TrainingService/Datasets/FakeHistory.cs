using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Integration.TrainingService.Datasets;

/// <summary>InferenceService's history routes, in their form, with predictions that a test put there. Keeps what it was asked.</summary>
internal sealed class FakeHistory : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Dictionary<Guid, (JsonObject Input, byte[]? Image)> predictions = [];
    private readonly List<string> queries = [];

    private FakeHistory()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/v1/predictions", (HttpRequest request) =>
        {
            lock (predictions)
            {
                queries.Add($"{request.QueryString} {request.Headers.Authorization.Count}");
                return Results.Json(new { items = predictions.Keys.Select(id => new { id, model = "m" }) });
            }
        });
        app.MapGet("/v1/predictions/{id:guid}", (Guid id) =>
        {
            lock (predictions)
                return Results.Json(new JsonObject { ["id"] = Guid.NewGuid(), ["predictions"] = new JsonArray(new JsonObject { ["id"] = id, ["input"] = predictions[id].Input.DeepClone() }) });
        });
        app.MapGet("/v1/predictions/{id:guid}/image", (Guid id) =>
        {
            lock (predictions)
                return predictions[id].Image is { } image ? Results.Bytes(image, "image/png") : Results.NotFound();
        });
    }

    public string Address => app.Urls.Single();

    public string LastQuery => queries[^1];

    public static async Task<FakeHistory> StartNewAsync()
    {
        var history = new FakeHistory();
        await history.app.StartAsync();
        return history;
    }

    public void Set(params (JsonObject Input, byte[]? Image)[] items)
    {
        lock (predictions)
        {
            predictions.Clear();
            foreach (var item in items)
                predictions.Add(Guid.CreateVersion7(), item);
        }
    }

    public static (JsonObject, byte[]?) Row(string row) => (new JsonObject { ["kind"] = "row", ["row"] = JsonNode.Parse(row) }, null);

    public static (JsonObject, byte[]?) Image(byte[] image) => (new JsonObject { ["kind"] = "image" }, image);

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
