using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TestSupport;

namespace Integration;

/// <summary>
/// A service as it runs, in this process: its own <c>Program</c>, Kestrel on a free port, real servers.
/// Several hosts with one database are replicas.
/// </summary>
/// <typeparam name="TOfService">Any type of the service's assembly.</typeparam>
internal sealed class ServiceHost<TOfService> : WebApplicationFactory<TOfService> where TOfService : class
{
    private readonly string name;
    private readonly IReadOnlyDictionary<string, string> settings;
    private readonly Action<IServiceCollection>? services;
    private readonly KeptLog log = new();

    private ServiceHost(string name, IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? services)
    {
        (this.name, this.settings, this.services) = (name, settings, services);
        UseKestrel(0);
    }

    public string Address => ClientOptions.BaseAddress.ToString();

    public string Log => log.ToString();

    /// <summary>Starts a service; <paramref name="settings"/> win over the usual ones. With <paramref name="services"/> a test watches or moves the clock.</summary>
    public static async Task<ServiceHost<TOfService>> StartNewAsync(
        string name, string database, IReadOnlyDictionary<string, string> settings, Action<IServiceCollection>? services = null)
    {
        var all = new Dictionary<string, string>
        {
            [$"ConnectionStrings:{name}"] = (await Servers.PostgresAsync()).ConnectionString(database),
            ["ConnectionStrings:rabbitmq"] = (await Servers.RabbitMqAsync()).ConnectionString,
            ["services:auth:http:0"] = (await Servers.AuthorityAsync()).Address,
            ["ServiceIdentity:Name"] = name,
            ["ServiceIdentity:Secret"] = "a secret for tests only",
        };
        foreach (var (key, value) in settings)
            all[key] = value;
        var host = new ServiceHost<TOfService>(name, all, services);
        host.StartServer();
        return host;
    }

    public Task<HttpClient> CreateClientAsync(string subject, params string[] scopes) => CreateClientAsync(subject, roles: [], scopes);

    public async Task<HttpClient> CreateClientAsync(string subject, string[] roles, string[] scopes)
    {
        var client = new HttpClient { BaseAddress = ClientOptions.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await Servers.AuthorityAsync()).Token(subject, scopes, claims => claims with { Roles = roles }));
        return client;
    }

    public async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = ClientOptions.BaseAddress };
        var last = "";
        await Eventually.IsTrueAsync(
            async () =>
            {
                using var response = await client.GetAsync("/health/ready");
                last = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode;
            },
            $"{name} is ready",
            () => $"{last}{Environment.NewLine}{Log}");
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        foreach (var (key, value) in settings)
            builder.UseSetting(key, value);
        if (services is not null)
            builder.ConfigureServices(services);
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(log));
    }
}
