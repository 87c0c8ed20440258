using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Integration.AuthService.Export;

/// <summary>A service whose part of an export a test decides: whole, held back, or broken off in the middle.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeService(Func<HttpContext, Task> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.MapGet("/internal/export/{subject}", (HttpContext context) => answer(context));
    }

    public string Address => app.Urls.Single();

    public static async Task<FakeService> StartNewAsync(Func<HttpContext, Task> answer)
    {
        var service = new FakeService(answer);
        await service.app.StartAsync();
        return service;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
