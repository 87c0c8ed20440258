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
    private readonly string database;
    private readonly bool ownsFolder;

    private StorageApplication(ServiceHost<StorageDb> host, HttpClient client, string folder, string database, bool ownsFolder) =>
        (this.host, Client, Folder, this.database, this.ownsFolder) = (host, client, folder, database, ownsFolder);

    /// <summary>Speaks as a service that may use objects.</summary>
    public HttpClient Client { get; }

    /// <summary>Where the disk store has its files.</summary>
    public string Folder { get; }

    /// <summary>Where the S3 store has its objects.</summary>
    public string Bucket { get; private set; } = "";

    public string? MasterKey { get; private init; }

    public string Address => host.Address;

    public string Log => host.Log;

    public string Database => database;

    public IServiceProvider Services => host.Services;

    public static Task<StorageApplication> StartNewAsync(IReadOnlyDictionary<string, string>? settings = null, bool waitUntilReady = true) =>
        StartAsync(settings, Repository.NewTemporaryFolder("objects"), $"storage_{Guid.NewGuid():N}", ownsFolder: true, waitUntilReady);

    /// <summary>Another one on the same folder and database: a replica, or, when this one is disposed, what a restart is.</summary>
    public Task<StorageApplication> StartAnotherAsync(Dictionary<string, string> settings, bool waitUntilReady = true) =>
        StartAsync(settings, Folder, database, ownsFolder: false, waitUntilReady);

    private static async Task<StorageApplication> StartAsync(
        IReadOnlyDictionary<string, string>? settings, string folder, string database, bool ownsFolder, bool waitUntilReady)
    {
        var all = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()) { ["Storage:Disk:Path"] = folder };
        var host = await ServiceHost<StorageDb>.StartNewAsync("storage", database, all);
        if (waitUntilReady)
            await host.WaitUntilReadyAsync();
        return new StorageApplication(host, await host.CreateClientAsync("inference", "objects"), folder, database, ownsFolder) { MasterKey = all.GetValueOrDefault("Storage:MasterKey") };
    }

    /// <summary>One on the S3 server of the tests, in a bucket of its own that does not exist yet.</summary>
    public static async Task<StorageApplication> StartNewOnS3Async(IReadOnlyDictionary<string, string>? settings = null)
    {
        var bucket = $"test-{Guid.NewGuid():N}";
        var all = new Dictionary<string, string>(await S3SettingsAsync(bucket));
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;
        var storage = await StartNewAsync(all);
        storage.Bucket = bucket;
        return storage;
    }

    public static async Task<IReadOnlyDictionary<string, string>> S3SettingsAsync(string bucket)
    {
        var server = await Servers.S3Async();
        return new Dictionary<string, string>
        {
            ["Storage:S3:ServiceUrl"] = server.Url,
            ["Storage:S3:Bucket"] = bucket,
            ["Storage:S3:AccessKey"] = server.AccessKey,
            ["Storage:S3:SecretKey"] = ServerProcess.Password,
        };
    }

    /// <summary>Settings under which objects are encrypted.</summary>
    public static Dictionary<string, string> Encrypted(string? masterKey = null) => new() { ["Storage:MasterKey"] = masterKey ?? NewMasterKey() };

    public static string NewMasterKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

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

    /// <summary>A service of its own, by type.</summary>
    public T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();

    /// <summary>How many rows a condition holds for.</summary>
    public Task<long> CountAsync(string condition) => ScalarAsync<long>($"SELECT count(*) FROM objects WHERE {condition}");

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var query = host.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (T)(await query.ExecuteScalarAsync())!;
    }

    /// <summary>The one file that the disk store has for an owner.</summary>
    public string FileOf(string owner) => Directory.GetFiles(Path.Combine(Folder, "objects", owner), "*", SearchOption.AllDirectories).Single();

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
        if (ownsFolder)
            Directory.Delete(Folder, recursive: true);
    }
}
