using System.Diagnostics;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using InferenceSuite.AppHost;
using TestSupport;

namespace Benchmarks.Subjects;

/// <summary>StorageService as the suite starts it, but with a folder, a database and settings of its own; called as InferenceService calls it.</summary>
public sealed class StorageServer : IAsyncDisposable
{
    private readonly Server server;

    private StorageServer(Server server, HttpClient client) => (this.server, Client) = (server, client);

    public HttpClient Client { get; }

    public int Pid => server.Pid;

    /// <param name="name">Of its folder and database.</param>
    /// <param name="settings">Environment variables that are not the suite's own.</param>
    public static async Task<StorageServer> StartAsync(Bench bench, string name, IReadOnlyDictionary<string, string> settings, CancellationToken cancellation)
    {
        var environment = bench.Suite.EnvironmentOf("storage");
        var address = new Uri($"http://127.0.0.1:{Ports.PickFree()}");
        var command = new ProcessStartInfo("dotnet", [Repository.Path("artifacts", "bin", "StorageService", "release", "StorageService.dll")]);
        command.Environment.Clear();
        foreach (var (key, value) in environment)
            command.Environment[key] = value;
        command.Environment["ASPNETCORE_URLS"] = address.ToString();
        command.Environment["OTEL_SERVICE_NAME"] = name;
        command.Environment["ConnectionStrings__storage"] = bench.Suite.ConnectionString(name);
        command.Environment["Storage__Disk__Path"] = Path.Combine(bench.Folders.Home, name);
        command.Environment["Storage__UserQuotaBytes"] = $"{1L << 50}";
        command.Environment["Storage__MasterKey"] = "";
        foreach (var (key, value) in settings)
            command.Environment[key] = value;
        var server = await Server.StartAsync(name, command, new Uri(address, "/health/ready"), cancellation);
        var client = new HttpClient { BaseAddress = address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await TokenAsync(environment, cancellation));
        return new StorageServer(server, client);
    }

    public async Task PutAsync(byte[] content, CancellationToken cancellation)
    {
        using var answer = await Client.PutAsync($"/objects/bench/{Convert.ToHexStringLower(SHA256.HashData(content))}?kind=image", new ByteArrayContent(content), cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await server.DisposeAsync();
    }

    private static async Task<string> TokenAsync(Dictionary<string, string> environment, CancellationToken cancellation)
    {
        using var auth = new HttpClient { BaseAddress = new Uri(environment["services__auth__http__0"]) };
        using var answer = await auth.PostAsync("/token", new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials", ["client_id"] = "inference", ["client_secret"] = environment["ServiceIdentity__Secret"], ["scope"] = "objects",
        }), cancellation);
        answer.EnsureSuccessStatusCode();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!["access_token"]!.GetValue<string>();
    }
}
