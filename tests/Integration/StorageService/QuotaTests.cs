using System.Net;
using NUnit.Framework;
using StorageService.Objects;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

public class QuotaTests
{
    private const int Bytes = 100_000, Fit = 7;
    private StorageApplication storage = null!;

    [SetUp]
    public async Task StartAsync() => storage = await StartNewAsync(Settings);

    [TearDown]
    public async Task StopAsync() => await storage.DisposeAsync();

    private static Dictionary<string, string> Settings => new(Encrypted(Convert.ToBase64String(new byte[32]))) { ["Storage:UserQuotaBytes"] = $"{Fit * Bytes + Bytes / 2}" };

    [Test]
    public async Task Fifty_puts_at_once_to_two_replicas_never_exceed_the_quota()
    {
        await using var replica = await storage.StartAnotherAsync(Settings);

        var puts = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => (i % 2 == 0 ? storage : replica).PutAsync("alice", SomeContent(Bytes))));

        Assert.That(puts.Count(put => put.StatusCode == HttpStatusCode.Created), Is.EqualTo(Fit), storage.Log);
        Assert.That(puts.Count(put => put.StatusCode == HttpStatusCode.RequestEntityTooLarge), Is.EqualTo(50 - Fit), storage.Log);
        Assert.That((await puts.First(put => !put.IsSuccessStatusCode).ReadAsync(HttpStatusCode.RequestEntityTooLarge)).Text("code"), Is.EqualTo("storage-quota"));
        Assert.That(storage.Files(), Has.Count.EqualTo(Fit), "what was refused leaves nothing");
        Assert.That(await storage.CountAsync("owner = 'alice'"), Is.EqualTo(Fit));
    }

    [Test]
    public async Task Who_has_no_room_hurts_nobody_else_in_the_same_group()
    {
        var puts = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => storage.PutAsync(i % 2 == 0 ? "alice" : $"other-{i}", SomeContent(Bytes))));

        Assert.That(puts.Where((_, i) => i % 2 == 1).Select(put => put.StatusCode), Is.All.EqualTo(HttpStatusCode.Created));
        Assert.That(puts.Where((_, i) => i % 2 == 0).Count(put => put.IsSuccessStatusCode), Is.EqualTo(Fit));
    }

    [Test]
    public async Task The_same_content_again_takes_no_room_and_deleting_gives_it_back()
    {
        var contents = Enumerable.Range(0, Fit).Select(_ => SomeContent(Bytes)).ToArray();
        foreach (var content in contents.Concat(contents))
            Assert.That((await storage.PutAsync("alice", content)).IsSuccessStatusCode, Is.True);

        Assert.That(await storage.PutAsync("alice", SomeContent(Bytes)).StatusAsync(), Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        using var deleted = await storage.DeleteAsync("alice", contents[0]);
        Assert.That(await storage.PutAsync("alice", SomeContent(Bytes)).StatusAsync(), Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await storage.ScalarAsync<long>("SELECT bytes FROM owner_usage WHERE owner = 'alice'"), Is.EqualTo(Fit * Bytes));
    }

    [Test]
    public async Task What_is_large_is_refused_before_it_is_taken_in()
    {
        var put = await storage.PutAsync("alice", SomeContent(2_000_000));
        Assert.That((await put.ReadAsync(HttpStatusCode.RequestEntityTooLarge)).Text("code"), Is.EqualTo("storage-quota"));
    }

    [Test]
    public async Task Who_is_full_may_put_what_is_there_already_again_however_large()
    {
        await using var roomy = await StartNewAsync(new Dictionary<string, string> { ["Storage:UserQuotaBytes"] = "3000000" });
        var large = SomeContent(2_900_000);
        Assert.That(await roomy.PutAsync("alice", large).StatusAsync(), Is.EqualTo(HttpStatusCode.Created));

        Assert.That(await roomy.PutAsync("alice", SomeContent(2_900_000)).StatusAsync(), Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await roomy.PutAsync("alice", large).StatusAsync(), Is.EqualTo(HttpStatusCode.OK), "it takes no room");
    }

    [Test]
    public async Task The_suite_itself_has_no_quota()
    {
        Assert.That(await storage.PutAsync("registry", SomeContent(2_000_000), kind: "model").StatusAsync(), Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task Erasing_gives_all_the_room_back()
    {
        for (var i = 0; i < Fit; i++)
            using (await storage.PutAsync("alice", SomeContent(Bytes)))
            {
            }
        await storage.Get<OwnerErasure>().EraseAsync("alice", CancellationToken.None);
        Assert.That(await storage.PutAsync("alice", SomeContent(Bytes)).StatusAsync(), Is.EqualTo(HttpStatusCode.Created));
    }
}
