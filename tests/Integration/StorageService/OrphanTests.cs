using System.Net;
using NUnit.Framework;
using StorageService.Backends;
using StorageService.Objects;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>Bytes that no row speaks of.</summary>
public class OrphanTests
{
    private static readonly Dictionary<string, string> SweepAll = new() { ["Storage:Orphans:Grace"] = "00:00:00", ["Storage:Orphans:SweepEvery"] = "00:00:00.1" };

    [Test]
    public async Task They_are_removed_and_objects_and_other_peoples_files_stay()
    {
        await using var storage = await StartNewAsync();
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        var (orphan, upload) = (Path.Combine(storage.Folder, "objects", "alice", Sha256([1])[..2], Sha256([1])), Path.Combine(storage.Folder, "incoming", "abandoned"));
        var foreign = Path.Combine(storage.Folder, "objects", "alice", "readme.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        foreach (var file in new[] { orphan, upload, foreign })
            await File.WriteAllTextAsync(file, "left");

        await using var sweeping = await storage.StartAnotherAsync(SweepAll);
        await Eventually.IsTrueAsync(() => Task.FromResult(!File.Exists(orphan) && !File.Exists(upload)), "what was left is gone", () => sweeping.Log);

        Assert.That(File.Exists(foreign), Is.True);
        using var got = await storage.GetAsync("alice", content);
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
    }

    [Test]
    public async Task Young_ones_are_left_alone()
    {
        await using var storage = await StartNewAsync(new Dictionary<string, string> { ["Storage:Orphans:SweepEvery"] = "00:00:00.1" });
        var (young, old) = (Path.Combine(storage.Folder, "incoming", "young"), Path.Combine(storage.Folder, "incoming", "old"));
        await File.WriteAllTextAsync(young, "");
        await File.WriteAllTextAsync(old, "");
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));

        await Eventually.IsTrueAsync(() => Task.FromResult(!File.Exists(old)), "the old one is removed", () => storage.Log);
        Assert.That(File.Exists(young), Is.True);
    }

    [Test]
    public async Task Removing_orphans_while_the_same_objects_are_put_and_deleted_takes_none()
    {
        await using var storage = await StartNewAsync();
        var contents = Enumerable.Range(0, 4).Select(_ => SomeContent(3000)).ToArray();
        using var end = new CancellationTokenSource();
        var removing = contents.Select(content => Task.Run(async () =>
        {
            var name = new BlobName(ObjectKey.Parse("alice", Sha256(content)), Encrypted: false);
            while (!end.IsCancellationRequested)
                await storage.Get<OrphanRemoval>().RemoveAsync(name, CancellationToken.None);
        })).ToArray();

        for (var round = 0; round < 30; round++)
        {
            await Task.WhenAll(contents.SelectMany(content => new[] { storage.PutAsync("alice", content), storage.DeleteAsync("alice", content) }));
            await Task.WhenAll(contents.Select(content => storage.PutAsync("alice", content)));
            foreach (var content in contents)
            {
                using var got = await storage.GetAsync("alice", content);
                Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK), storage.Log);
            }
        }
        await end.CancelAsync();
        await Task.WhenAll(removing);
    }
}
