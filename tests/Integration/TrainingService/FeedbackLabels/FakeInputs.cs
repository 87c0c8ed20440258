using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Integration.TrainingService.FeedbackLabels;

/// <summary>InferenceService's routes for what predictions were made on, with predictions that a test put there.</summary>
internal sealed class FakeInputs : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<Guid, (string Caller, JsonNode? Row, byte[]? Image)> predictions = [];

    private FakeInputs()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/internal/predictions/{id:guid}/input", (Guid id) =>
            IsAway ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable)
            : !predictions.TryGetValue(id, out var found) ? Results.NotFound()
            : Results.Json(new JsonObject { ["caller"] = found.Caller, ["model"] = "m", ["version"] = "1", ["kind"] = found.Image is null ? "row" : "image", ["row"] = found.Row?.DeepClone() }));
        app.MapGet("/internal/predictions/{id:guid}/image", (Guid id) => predictions[id].Image is { } image ? Results.Bytes(image, "image/png") : Results.NotFound());
    }

    public bool IsAway { get; set; }

    public string Address => app.Urls.Single();

    public static async Task<FakeInputs> StartNewAsync()
    {
        var inputs = new FakeInputs();
        await inputs.app.StartAsync();
        return inputs;
    }

    public Guid Add(string caller, string row) => Add(caller, JsonNode.Parse(row), null);

    public Guid Add(string caller, byte[] image) => Add(caller, null, image);

    private Guid Add(string caller, JsonNode? row, byte[]? image)
    {
        var id = Guid.CreateVersion7();
        predictions[id] = (caller, row, image);
        return id;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
