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
        storage = await StartNewOnS3Async();
        var server = await Servers.S3Async();
        bucket = new AmazonS3Client(server.AccessKey, TestSupport.ServerProcess.Password, new AmazonS3Config { ServiceURL = server.Url, ForcePathStyle = true });
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

    /// <summary>All but the one that readiness writes.</summary>
    private async Task<string[]> KeysAsync()
    {
        var listed = await bucket.ListObjectsV2Async(new ListObjectsV2Request { BucketName = storage.Bucket });
        return [.. (listed.S3Objects ?? []).Select(found => found.Key).Where(key => key != "ready")];
    }
}
