using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Amazon.S3;
using Amazon.S3.Model;
using Npgsql;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>The service is killed at a random moment under load, again and again; then what it keeps is held against what it said.</summary>
public class CrashTests
{
    private const int Workers = 8;
    private readonly ConcurrentDictionary<(string Owner, string Sha256), Fate> fates = new();
    private string database = "", folder = "";

    // What the last answer said of an object. Without an answer either is right.
    private enum Fate
    {
        Unknown,
        Stored,
        Deleted,
    }

    [SetUp]
    public void BeginAnew()
    {
        folder = TestSupport.Repository.NewTemporaryFolder("objects");
        database = $"storage_{Guid.NewGuid():N}";
        fates.Clear();
    }

    [TearDown]
    public void Clean() => Directory.Delete(folder, recursive: true);

    [TestCase("disk", 6)]
    [TestCase("s3", 2)]
    public async Task A_kill_at_any_moment_neither_loses_nor_leaks_an_object(string backend, int kills)
    {
        var settings = await SettingsAsync(backend);
        for (var kill = 0; kill < kills; kill++)
        {
            await using var service = await ServiceProcess.StartNewAsync("StorageService", settings);
            using var client = await ClientAsync(service);
            var working = Enumerable.Range(0, Workers).Select(worker => Task.Run(() => WorkAsync(client, worker))).ToArray();
            await AcknowledgedAsync(Random.Shared.Next(20, 400), service);
            await service.KillAsync();
            await Task.WhenAll(working);
        }

        settings["Storage:Orphans:Grace"] = "00:00:00";
        settings["Storage:Orphans:SweepEvery"] = "00:00:00.5";
        await using var again = await ServiceProcess.StartNewAsync("StorageService", settings);
        using var reader = await ClientAsync(again);
        Assert.That(fates.Values.Count(fate => fate == Fate.Stored), Is.GreaterThan(20), "there was something to lose");
        foreach (var ((owner, sha256), fate) in fates)
            await AssertKeptAsync(reader, owner, sha256, fate, again);
        await Eventually.SeeAsync("bytes and rows are the same objects, and no upload is left",
            () => ObjectsAsync(settings.GetValueOrDefault("Storage:S3:Bucket")), seen => seen.Stored.SetEquals(seen.Rows) && seen.Uploads == 0, log: () => again.Log);
    }

    private async Task WorkAsync(HttpClient client, int worker)
    {
        var owner = $"worker-{worker}";
        var kept = new Queue<byte[]>();
        try
        {
            while (true)
            {
                var content = SomeContent(Random.Shared.Next(100, 200_000));
                kept.Enqueue(content);
                await DoAsync(HttpMethod.Put, content, Fate.Stored);
                if (kept.Count > 5 && Random.Shared.Next(2) == 0)
                    await DoAsync(HttpMethod.Delete, kept.Dequeue(), Fate.Deleted);
            }
        }
        catch (HttpRequestException)
        {
            // It was killed.
        }

        async Task DoAsync(HttpMethod method, byte[] content, Fate fate)
        {
            var key = (owner, Sha256(content));
            fates[key] = Fate.Unknown;
            using var request = new HttpRequestMessage(method, $"/objects/{owner}/{key.Item2}?kind=image");
            if (method == HttpMethod.Put)
                request.Content = new ByteArrayContent(content);
            using var answer = await client.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            fates[key] = fate;
        }
    }

    private async Task AcknowledgedAsync(int more, ServiceProcess service)
    {
        var goal = fates.Count + more;
        await Eventually.SeeAsync("enough was done", () => Task.FromResult(fates.Count), count => count >= goal, log: () => service.Log);
    }

    private static async Task AssertKeptAsync(HttpClient client, string owner, string sha256, Fate fate, ServiceProcess service)
    {
        using var got = await client.GetAsync($"/objects/{owner}/{sha256}");
        if (fate == Fate.Stored || (fate == Fate.Unknown && got.IsSuccessStatusCode))
        {
            Assert.That(got.IsSuccessStatusCode, Is.True, $"{owner}/{sha256} was stored and is {got.StatusCode}{Environment.NewLine}{service.Log}");
            Assert.That(Sha256(await got.Content.ReadAsByteArrayAsync()), Is.EqualTo(sha256), "it is whole");
        }
        else
        {
            Assert.That((int)got.StatusCode, Is.EqualTo(404), $"{owner}/{sha256} ({fate})");
        }
    }

    /// <summary>Hashes of what is in the folder or the bucket, and of what is on record.</summary>
    private async Task<(HashSet<string> Stored, HashSet<string> Rows, int Uploads)> ObjectsAsync(string? bucket)
    {
        var (names, uploads) = bucket is null
            ? (Directory.GetFiles(Path.Combine(folder, "objects"), "*", SearchOption.AllDirectories), Directory.GetFiles(Path.Combine(folder, "incoming")).Length)
            : await InBucketAsync(bucket);
        var stored = names.Select(name => Path.GetFileName(name).Split('.')[0]).ToHashSet();
        await using var source = NpgsqlDataSource.Create((await Servers.PostgresAsync()).ConnectionString(database));
        await using var query = source.CreateCommand("SELECT sha256 FROM objects");
        await using var row = await query.ExecuteReaderAsync();
        var rows = new HashSet<string>();
        while (await row.ReadAsync())
            rows.Add(row.GetString(0));
        return (stored, rows, uploads);
    }

    private static async Task<(string[] Keys, int Uploads)> InBucketAsync(string bucket)
    {
        var server = await Servers.S3Async();
        using var client = new AmazonS3Client(server.AccessKey, ServerProcess.Password, new AmazonS3Config { ServiceURL = server.Url, ForcePathStyle = true });
        var keys = new List<string>();
        var request = new ListObjectsV2Request { BucketName = bucket };
        do
        {
            var page = await client.ListObjectsV2Async(request);
            keys.AddRange((page.S3Objects ?? []).Select(found => found.Key).Where(key => key != "ready"));
            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
        var uploads = await client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = bucket });
        return ([.. keys], uploads.MultipartUploads?.Count ?? 0);
    }

    private async Task<Dictionary<string, string>> SettingsAsync(string backend) => new(backend == "s3" ? await S3SettingsAsync($"test-{Guid.NewGuid():N}") : Encrypted())
    {
        ["ConnectionStrings:storage"] = (await Servers.PostgresAsync()).ConnectionString(database),
        ["ConnectionStrings:rabbitmq"] = (await Servers.RabbitMqAsync()).ConnectionString,
        ["services:auth:http:0"] = (await Servers.AuthorityAsync()).Address,
        ["ServiceIdentity:Name"] = "storage",
        ["ServiceIdentity:Secret"] = "a secret for tests only",
        ["Storage:Disk:Path"] = folder,
    };

    private static async Task<HttpClient> ClientAsync(ServiceProcess service)
    {
        var client = new HttpClient { BaseAddress = service.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await Servers.AuthorityAsync()).Token("inference", "objects"));
        return client;
    }

    [Test]
    public async Task A_disk_that_takes_no_more_is_a_clean_503_and_leaves_nothing()
    {
        // No file larger than a megabyte; the signal that would kill the process is ignored, so that writing fails instead, as on a full disk.
        // The runtime's own memory files are larger: without W^X it makes none.
        var settings = new Dictionary<string, string>(await SettingsAsync("disk")) { ["DOTNET_EnableWriteXorExecute"] = "0" };
        await using var service = await ServiceProcess.StartNewAsync("StorageService", settings, before: "trap '' XFSZ; ulimit -f 1024;");
        using var client = await ClientAsync(service);
        byte[] large = SomeContent(3_000_000), small = SomeContent(10_000);

        using var refused = await client.PutAsync($"/objects/alice/{Sha256(large)}?kind=image", new ByteArrayContent(large));
        using var taken = await client.PutAsync($"/objects/alice/{Sha256(small)}?kind=image", new ByteArrayContent(small));

        Assert.That((int)refused.StatusCode, Is.EqualTo(503), service.Log);
        Assert.That((await refused.ReadAsync(System.Net.HttpStatusCode.ServiceUnavailable)).Text("code"), Is.EqualTo("object-store-unavailable"));
        Assert.That(refused.Headers.RetryAfter, Is.Not.Null);
        Assert.That((int)taken.StatusCode, Is.EqualTo(201), service.Log);
        var (stored, rows, uploads) = await ObjectsAsync(bucket: null);
        Assert.That((stored.Count, rows.Count, uploads), Is.EqualTo((1, 1, 0)), "what was refused left nothing");
    }
}
