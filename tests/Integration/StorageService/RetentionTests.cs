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

    [Test]
    public async Task The_sweeper_removes_what_has_expired_and_nothing_else()
    {
        await using var storage = await StartNewAsync(new Dictionary<string, string>
        {
            ["Storage:Retention:Image"] = "00:00:00",
            ["Storage:Retention:Report"] = "1.00:00:00",
            ["Storage:SweepEvery"] = "00:00:00.1",
        });
        byte[] report = SomeContent(), model = SomeContent();
        using var keptForADay = await storage.PutAsync("alice", report, kind: "report");
        using var keptForEver = await storage.PutAsync("alice", model, kind: "model");

        await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => storage.PutAsync("alice", SomeContent(1000), kind: "image")));
        await Eventually.IsTrueAsync(async () => await storage.CountAsync("kind = 'image'") == 0, "the images are removed", () => storage.Log);

        Assert.That(storage.Files().Select(Path.GetFileName), Is.EquivalentTo(new[] { Sha256(report), Sha256(model) }), storage.Log);
        Assert.That(await storage.CountAsync("true"), Is.EqualTo(2));
    }

    [Test]
    public async Task What_can_not_be_removed_stops_neither_the_others_nor_the_next_sweep()
    {
        await using var storage = await StartNewAsync(new Dictionary<string, string>
        {
            ["Storage:Retention:Image"] = "00:00:00",
            ["Storage:SweepEvery"] = "00:00:00.1",
        });
        await storage.ExecuteAsync("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not now'; END $$;
            CREATE TRIGGER refuse BEFORE DELETE ON objects FOR EACH ROW WHEN (old.bytes = 4711) EXECUTE FUNCTION refuse();
            """);
        using var stuck = await storage.PutAsync("alice", SomeContent(4711));
        using var other = await storage.PutAsync("alice", SomeContent());

        await Eventually.IsTrueAsync(async () => await storage.CountAsync("bytes <> 4711") == 0, "the other one is removed", () => storage.Log);
        Assert.That(await storage.CountAsync("bytes = 4711"), Is.EqualTo(1));

        await storage.ExecuteAsync("DROP TRIGGER refuse ON objects");
        await Eventually.IsTrueAsync(async () => await storage.CountAsync("true") == 0, "a later sweep removes it", () => storage.Log);
        Assert.That(storage.Files(), Is.Empty);
    }
}
