using System.Net.Http.Headers;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StorageService;
using TestSupport;

namespace Integration.StorageService;

/// <summary>StorageService with a database and, unless told otherwise, a folder of its own.</summary>
internal sealed class StorageApplication : IAsyncDisposable
{
    private readonly ServiceHost<StorageDb> host;

    private StorageApplication(ServiceHost<StorageDb> host, HttpClient client, string folder) => (this.host, Client, Folder) = (host, client, folder);

    /// <summary>Speaks as a service that may use objects.</summary>
    public HttpClient Client { get; }

    /// <summary>Where the disk store has its files.</summary>
    public string Folder { get; }

    /// <summary>Where the S3 store has its objects.</summary>
    public string Bucket { get; private set; } = "";

    public string Address => host.Address;

    public string Log => host.Log;

    public IServiceProvider Services => host.Services;

    public static async Task<StorageApplication> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null)
    {
        var folder = Repository.NewTemporaryFolder("objects");
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["Storage:Disk:Path"] = folder };
        var host = await ServiceHost<StorageDb>.StartNewAsync("storage", $"storage_{Guid.NewGuid():N}", all);
        await host.WaitUntilReadyAsync();
        return new StorageApplication(host, await host.CreateClientAsync("inference", "objects"), folder);
    }

    /// <summary>One on the S3 server of the tests, in a bucket of its own that does not exist yet.</summary>
    public static async Task<StorageApplication> StartNewOnS3Async()
    {
        var server = await Servers.S3Async();
        var bucket = $"test-{Guid.NewGuid():N}";
        var storage = await StartNewAsync(new Dictionary<string, string>
        {
            ["Storage:S3:ServiceUrl"] = server.Url,
            ["Storage:S3:Bucket"] = bucket,
            ["Storage:S3:AccessKey"] = server.AccessKey,
            ["Storage:S3:SecretKey"] = ServerProcess.Password,
        });
        storage.Bucket = bucket;
        return storage;
    }

    public static byte[] SomeContent(int bytes = 100_000) => RandomNumberGenerator.GetBytes(bytes);

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public Task<HttpResponseMessage> PutAsync(string owner, byte[] content, string? sha256 = null, string kind = "image", string contentType = "image/jpeg")
    {
        var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return PutAsync(owner, sha256 ?? Sha256(content), body, kind);
    }

    public Task<HttpResponseMessage> PutAsync(string owner, string sha256, HttpContent body, string kind = "image") =>
        Client.PutAsync($"/objects/{owner}/{sha256}?kind={kind}", body);

    public Task<HttpResponseMessage> GetAsync(string owner, byte[] content) => Client.GetAsync($"/objects/{owner}/{Sha256(content)}");

    public Task<HttpResponseMessage> GetRangeAsync(string owner, byte[] content, long? from, long? to)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/objects/{owner}/{Sha256(content)}");
        request.Headers.Range = new RangeHeaderValue(from, to);
        return Client.SendAsync(request);
    }

    public Task<HttpResponseMessage> DeleteAsync(string owner, byte[] content) => Client.DeleteAsync($"/objects/{owner}/{Sha256(content)}");

    /// <summary>All files that the store has, half-written ones included.</summary>
    public IReadOnlyList<string> Files() => Directory.GetFiles(Folder, "*", SearchOption.AllDirectories);

    /// <summary>How many rows a condition holds for.</summary>
    public async Task<long> CountAsync(string condition)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await using var count = scope.ServiceProvider.GetRequiredService<NpgsqlDataSource>().CreateCommand($"SELECT count(*) FROM objects WHERE {condition}");
        return (long)(await count.ExecuteScalarAsync())!;
    }

    /// <summary>Does something to the service's database.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var command = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<bool> IsReadyAsync()
    {
        using var response = await Client.GetAsync("/health/ready");
        return response.IsSuccessStatusCode;
    }

    public Task<HttpClient> ClientWithScopeAsync(params string[] scopes) => host.CreateClientAsync("somebody", scopes);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
