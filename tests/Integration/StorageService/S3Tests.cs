using Amazon.S3;
using Amazon.S3.Model;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>What can be seen in the bucket.</summary>
public class S3Tests
{
    private StorageApplication storage = null!;
    private AmazonS3Client bucket = null!;

    [SetUp]
    public async Task StartAsync()
    {
        (storage, bucket) = (null!, null!); // of the test before: not to be disposed of again when this fails
        storage = await StartNewOnS3Async();
        var server = await Servers.S3Async();
        bucket = new AmazonS3Client(server.AccessKey, TestSupport.ServerProcess.Password, new AmazonS3Config
        {
            ServiceURL = server.Url,
            ForcePathStyle = true,
            RequestChecksumCalculation = Amazon.Runtime.RequestChecksumCalculation.WHEN_REQUIRED,
        });
    }

    [TearDown]
    public async Task StopAsync()
    {
        bucket?.Dispose();
        if (storage is not null)
            await storage.DisposeAsync();
    }

    [Test]
    public async Task An_object_is_one_key_and_deleting_removes_it()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        var stored = await KeysAsync();
        using var deleted = await storage.DeleteAsync("alice", content);

        Assert.That(stored, Is.EqualTo(new[] { $"alice/{Sha256(content)}" }));
        Assert.That(await KeysAsync(), Is.Empty);
        Assert.That(storage.Files(), Is.Empty, "nothing goes to disk");
    }

    [TestCase(100_000)]
    [TestCase(20_000_000)]
    public async Task What_was_refused_leaves_neither_object_nor_parts(int bytes)
    {
        using var put = await storage.PutAsync("alice", SomeContent(bytes), sha256: Sha256([]));
        var uploads = await bucket.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = storage.Bucket });

        Assert.That(await KeysAsync(), Is.Empty);
        Assert.That(uploads.MultipartUploads ?? [], Is.Empty);
    }

    [Test]
    public async Task An_upload_that_nobody_goes_on_with_is_aborted_by_the_sweep()
    {
        using var put = await storage.PutAsync("alice", SomeContent());
        await bucket.InitiateMultipartUploadAsync(storage.Bucket, $"alice/{Sha256([])}");
        await using var sweeping = await storage.StartAnotherAsync(new Dictionary<string, string>(await S3SettingsAsync(storage.Bucket))
        {
            ["Storage:Orphans:Grace"] = "00:00:00",
            ["Storage:Orphans:SweepEvery"] = "00:00:00.2",
        });

        await Eventually.IsTrueAsync(
            async () => (await bucket.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = storage.Bucket })).MultipartUploads is null or [],
            "the upload is aborted", () => sweeping.Log);

        Assert.That(await KeysAsync(), Has.Length.EqualTo(1), "the object stays");
    }

    [Test]
    public async Task What_no_row_speaks_of_is_removed_and_what_is_not_ours_stays()
    {
        using var put = await storage.PutAsync("alice", SomeContent());
        foreach (var key in new[] { $"alice/{Sha256([1])}", $"bob/{Sha256([2])}.enc", "somebody-elses/readme.txt" })
            await bucket.PutObjectAsync(new PutObjectRequest { BucketName = storage.Bucket, Key = key, ContentBody = "left by a crash" });
        await using var sweeping = await storage.StartAnotherAsync(new Dictionary<string, string>(await S3SettingsAsync(storage.Bucket))
        {
            ["Storage:Orphans:Grace"] = "00:00:00",
            ["Storage:Orphans:SweepEvery"] = "00:00:00.2",
        });

        await Eventually.IsTrueAsync(async () => (await KeysAsync()).Length == 2, "the orphans are removed", () => sweeping.Log);

        Assert.That(await KeysAsync(), Does.Contain("somebody-elses/readme.txt"));
    }

    /// <summary>All but the one that readiness writes.</summary>
    private async Task<string[]> KeysAsync()
    {
        var listed = await bucket.ListObjectsV2Async(new ListObjectsV2Request { BucketName = storage.Bucket });
        return [.. (listed.S3Objects ?? []).Select(found => found.Key).Where(key => key != "ready")];
    }
}
