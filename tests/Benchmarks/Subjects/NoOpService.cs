using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Benchmarks.Subjects;

/// <summary>A service that reads the body and always answers the same: what HTTP alone costs.</summary>
public static class NoOpService
{
    private const string ImageAnswer = """{"id":"01930000-0000-7000-8000-000000000000","model":"mobilenetv2","version":"1","predictions":[{"id":"01930000-0000-7000-8000-000000000001","label":"goldfish","confidence":0.9987,"scores":[{"label":"goldfish","confidence":0.9987},{"label":"tench","confidence":0.0005},{"label":"great white shark","confidence":0.0003},{"label":"tiger shark","confidence":0.0002},{"label":"hammerhead","confidence":0.0001}],"input":{"kind":"image","width":640,"height":480,"format":"jpeg","sha256":"e1df7d2e820195177ff595db2496366f3e6bc56951ef47028337eb59461afedc"}}],"timings":{"decodeMs":1.9,"queueMs":0.2,"executeMs":6.1,"recordMs":1.4,"totalMs":9.8,"batchSize":4}}""";
    private const string RowAnswer = """{"id":"01930000-0000-7000-8000-000000000000","model":"report-scorer","version":"1","predictions":[{"id":"01930000-0000-7000-8000-000000000001","score":0.5123,"input":{"kind":"row"}}],"timings":{"decodeMs":0,"queueMs":0.2,"executeMs":0.1,"recordMs":1.4,"totalMs":1.8,"batchSize":4}}""";

    public static async Task<int> ServeAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = 128L << 20);
        await using var app = builder.Build();
        app.MapGet("/health/{kind}", () => "ok");
        app.MapGet("/health", () => "ok");
        app.MapGet("/v1/models", () => "ok");
        app.MapPost("/v1/models/{model}/predict", async (string model, HttpContext context) =>
        {
            var body = context.Request.BodyReader;
            while (await body.ReadAsync(context.RequestAborted) is var read)
            {
                body.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            context.Response.ContentType = "application/json; charset=utf-8";
            await context.Response.WriteAsync(model == ModelFolder.Images ? ImageAnswer : RowAnswer, context.RequestAborted);
        });
        await app.RunAsync();
        return 0;
    }
}
