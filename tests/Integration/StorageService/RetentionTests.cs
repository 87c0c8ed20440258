using System.Net;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

public class RetentionTests
{
    [Test]
    public async Task An_object_is_gone_when_its_time_is_up_and_a_put_keeps_it_longer()
    {
        await using var storage = await StartNewAsync(new Dictionary<string, string> { ["Storage:Retention:Image"] = "00:00:00" });
        var content = SomeContent();

        using var put = await storage.PutAsync("alice", content, kind: "image");
        using var gone = await storage.GetAsync("alice", content);
        using var kept = await storage.PutAsync("alice", content, kind: "model");
        using var got = await storage.GetAsync("alice", content);

        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_shorter_retention_never_shortens_a_longer_one()
    {
        await using var storage = await StartNewAsync(new Dictionary<string, string> { ["Storage:Retention:Image"] = "00:00:00" });
        var content = SomeContent();

        using var kept = await storage.PutAsync("alice", content, kind: "model");
        using var put = await storage.PutAsync("alice", content, kind: "image");
        using var got = await storage.GetAsync("alice", content);

        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task An_empty_setting_keeps_images()
    {
        await using var storage = await StartNewAsync(new Dictionary<string, string> { ["Storage:Retention:Image"] = "" });
        using var put = await storage.PutAsync("alice", SomeContent());
        Assert.That(put.StatusCode, Is.EqualTo(HttpStatusCode.Created), storage.Log);
        Assert.That(await storage.CountAsync("expires_at IS NULL"), Is.EqualTo(1));
    }
}
