using System.Net;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

public class ConcurrencyTests
{
    private StorageApplication storage = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => storage = await StartNewAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await storage.DisposeAsync();

    [Test]
    public async Task Of_many_puts_of_one_object_at_once_one_creates_it()
    {
        var content = SomeContent();

        var puts = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => storage.PutAsync("carol", content)));

        Assert.That(puts.Count(put => put.StatusCode == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(puts.Count(put => put.StatusCode == HttpStatusCode.OK), Is.EqualTo(23));
        using var got = await storage.GetAsync("carol", content);
        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
        Assert.That(storage.Files().Where(file => file.Contains("incoming")), Is.Empty);
    }

    [Test]
    public async Task Puts_and_deletes_at_once_never_lose_what_a_last_put_stored()
    {
        var content = SomeContent(10_000);
        for (var round = 0; round < 10; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 12).Select(i => i % 2 == 0 ? storage.PutAsync("dave", content) : storage.DeleteAsync("dave", content)));

            using var put = await storage.PutAsync("dave", content);
            using var got = await storage.GetAsync("dave", content);

            Assert.That(put.IsSuccessStatusCode, Is.True);
            Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK), storage.Log);
            Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
        }
    }

    [Test]
    public async Task Reading_goes_on_while_the_object_is_deleted()
    {
        var content = SomeContent(8_000_000);
        using var put = await storage.PutAsync("erin", content);

        using var got = await storage.Client.GetAsync($"/objects/erin/{Sha256(content)}", HttpCompletionOption.ResponseHeadersRead);
        using var deleted = await storage.DeleteAsync("erin", content);

        Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
    }
}
