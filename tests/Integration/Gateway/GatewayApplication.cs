using System.Net.Http.Headers;
using Gateway.Routing;
using Integration.AuthService;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Integration.Gateway;

/// <summary>A gateway before a real AuthService and upstreams that echo.</summary>
internal sealed class GatewayApplication : IAsyncDisposable
{
    private readonly ServiceHost<GatewayRoute> host;

    private GatewayApplication(ServiceHost<GatewayRoute> host, ShiftedTime time)
    {
        (this.host, Time) = (host, time);
        Client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(host.Address) };
    }

    public HttpClient Client { get; }

    public string Log => host.Log;

    /// <summary>Where it listens; more than one address only where the test has it <see cref="ListenAsConfigured"/>.</summary>
    public Uri AddressOf(string scheme) => new(host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>()
        .Addresses.Single(address => new Uri(address).Scheme == scheme).Replace("[::]", "127.0.0.1", StringComparison.Ordinal));

    /// <summary>The test host gives a service one address of its own, in place of all that it asks for. This has it listen as it would by itself.</summary>
    public sealed class ListenAsConfigured(IServer server) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next)
        {
            server.Features.GetRequiredFeature<IServerAddressesFeature>().PreferHostingUrls = false;
            return next;
        }
    }

    public ShiftedTime Time { get; }

    /// <param name="inference">The replicas.</param>
    public static async Task<GatewayApplication> StartNewAsync(
        AuthApplication auth, IReadOnlyList<string> inference, IReadOnlyDictionary<string, string>? settings = null, Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string> { ["services:auth:http:0"] = auth.Address, ["ServiceIdentity:Secret"] = AuthApplication.Secret };
        foreach (var (index, address) in inference.Index())
            all[$"services:inference-{index}:http:0"] = address;
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;
        var time = new ShiftedTime();
        var host = await ServiceHost<GatewayRoute>.StartNewAsync("gateway", "unused", all, collection =>
        {
            collection.AddSingleton<TimeProvider>(time);
            services?.Invoke(collection);
        });
        return new GatewayApplication(host, time);
    }

    public Task WaitUntilReadyAsync() => host.WaitUntilReadyAsync();

    public Task<HttpResponseMessage> GetAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, null, headers);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path) { Content = body };
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return Client.SendAsync(request);
    }

    public static (string, string) Bearer(string token) => ("Authorization", new AuthenticationHeaderValue("Bearer", token).ToString());

    public static (string, string) Key(string key) => ("X-API-Key", key);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.DisposeAsync();
    }
}
