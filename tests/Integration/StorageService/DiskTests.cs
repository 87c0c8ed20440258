using System.Net;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>What can be seen in the folder.</summary>
public class DiskTests
{
    private StorageApplication storage = null!;

    [SetUp]
    public async Task StartAsync() => storage = await StartNewAsync();

    [TearDown]
    public async Task StopAsync() => await storage.DisposeAsync();

    [Test]
    public async Task An_object_is_one_file_named_by_its_hash()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        using var again = await storage.PutAsync("alice", content);

        var hash = Sha256(content);
        Assert.That(storage.Files(), Is.EqualTo(new[] { Path.Combine(storage.Folder, "objects", "alice", hash[..2], hash) }));
    }

    [Test]
    public async Task Deleting_leaves_no_file()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        using var deleted = await storage.DeleteAsync("alice", content);
        Assert.That(storage.Files(), Is.Empty);
    }

    [Test]
    public async Task A_file_that_vanished_is_put_back_by_the_next_put()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        File.Delete(storage.Files().Single(file => file.Contains(Sha256(content))));

        using var missing = await storage.GetAsync("alice", content);
        using var again = await storage.PutAsync("alice", content);
        using var got = await storage.GetAsync("alice", content);

        Assert.That(missing.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
    }

    [Test]
    public async Task A_folder_that_can_not_be_written_makes_the_service_unready()
    {
        Directory.Delete(Path.Combine(storage.Folder, "incoming"));
        File.WriteAllText(Path.Combine(storage.Folder, "incoming"), "in the way");

        using var put = await storage.PutAsync("alice", SomeContent());
        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(put.Headers.RetryAfter, Is.Not.Null);
        Assert.That(await storage.IsReadyAsync(), Is.False);
    }
}
