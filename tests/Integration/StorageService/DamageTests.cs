using System.Net;
using NUnit.Framework;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>Somebody, or a disk, changes the bytes. Nobody ever gets the wrong ones.</summary>
[TestFixture(true)]
[TestFixture(false)]
public class DamageTests(bool encrypted)
{
    private StorageApplication storage = null!;

    [SetUp]
    public async Task StartAsync() => storage = await StartNewAsync(encrypted ? Encrypted() : null);

    [TearDown]
    public async Task StopAsync() => await storage.DisposeAsync();

    [TestCase(1000)]
    [TestCase(900_000)]
    public Task A_flipped_bit_is_a_clean_500(int bytes) => IsRefusedAsync(bytes, stored => stored[^20] ^= 1);

    [TestCase(1000)]
    [TestCase(5_000_000)]
    public Task A_truncated_file_is_a_clean_500(int bytes) => IsRefusedAsync(bytes, damage: null, cut: 16);

    [TestCase(1000)]
    [TestCase(5_000_000)]
    public async Task The_content_of_another_object_is_never_given_out(int bytes)
    {
        var (one, other) = (SomeContent(bytes), SomeContent(bytes));
        using var first = await storage.PutAsync("alice", one);
        using var second = await storage.PutAsync("bob", other);
        File.Copy(storage.FileOf("bob"), storage.FileOf("alice"), overwrite: true);

        await NeverGivesOutAsync(one, other);
    }

    [Test]
    public async Task A_flipped_bit_deep_in_a_large_object_breaks_the_answer_off()
    {
        var content = SomeContent(5_000_000);
        using var put = await storage.PutAsync("alice", content);
        await DamageAsync(stored => stored[^20] ^= 1);

        Assert.That(async () => await storage.Client.GetByteArrayAsync($"/objects/alice/{Sha256(content)}"), Throws.TypeOf<HttpRequestException>());
    }

    [Test]
    public async Task Damage_is_marked_told_by_health_and_mended_by_the_next_put()
    {
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        await DamageAsync(stored => stored[500] ^= 1);

        using var got = await storage.GetAsync("alice", content);
        using var health = await storage.Client.GetAsync("/health/ready");
        Assert.That(await storage.CountAsync("damaged_at IS NOT NULL"), Is.EqualTo(1));
        Assert.That(health.IsSuccessStatusCode, Is.True, "the others are whole");
        Assert.That(await health.Content.ReadAsStringAsync(), Does.Contain("1 damaged objects"));

        using var again = await storage.PutAsync("alice", content);
        using var mended = await storage.GetAsync("alice", content);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await mended.Content.ReadAsByteArrayAsync(), Is.EqualTo(content));
        Assert.That(await storage.CountAsync("damaged_at IS NOT NULL"), Is.Zero);
    }

    [Test]
    public async Task The_scrub_finds_damage_that_nobody_has_read_and_sees_when_it_is_gone()
    {
        var contents = Enumerable.Range(0, 120).Select(_ => SomeContent(5000)).ToArray();
        await Task.WhenAll(contents.Select(content => storage.PutAsync("alice", content)));
        var (flipped, lost) = (storage.Files()[7], storage.Files()[99]);
        var whole = await File.ReadAllBytesAsync(flipped);
        await File.WriteAllBytesAsync(flipped, [.. whole[..100], (byte)(whole[100] ^ 1), .. whole[101..]]);
        File.Delete(lost);

        var settings = new Dictionary<string, string>(encrypted ? Encrypted(storage.MasterKey) : []) { ["Storage:Scrub:Every"] = "00:00:00.2" };
        await using var scrubbing = await storage.StartAnotherAsync(settings);
        await Eventually.IsTrueAsync(async () => await storage.CountAsync("damaged_at IS NOT NULL") == 2, "both are found", () => scrubbing.Log);
        Assert.That(scrubbing.Log, Does.Contain(Path.GetFileNameWithoutExtension(flipped)).And.Contain(Path.GetFileNameWithoutExtension(lost)));

        await File.WriteAllBytesAsync(flipped, whole);
        await Eventually.IsTrueAsync(async () => await storage.CountAsync("damaged_at IS NOT NULL") == 1, "the one that was restored is whole again", () => scrubbing.Log);
    }

    [TestCase(5000)]
    [TestCase(2_000_000)]
    public async Task A_copy_of_everything_goes_on_past_a_damaged_object(int bytes)
    {
        foreach (var content in Enumerable.Range(0, 3).Select(_ => SomeContent(bytes)).ToArray())
            using (await storage.PutAsync("alice", content))
            {
            }
        var files = storage.Files().Where(file => file.Contains("alice", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToArray();
        var (first, second) = (files[0], files[1]);
        await File.WriteAllBytesAsync(first, [.. (await File.ReadAllBytesAsync(first)).Select((value, i) => i == 50 ? (byte)(value ^ 1) : value)]);
        File.Delete(second);

        using var exporter = await storage.ClientWithScopeAsync("export");
        var copy = await exporter.GetStringAsync("/internal/export/alice");

        Assert.That(copy, Does.Not.Contain(Path.GetFileName(first)[..64] + "\r").And.Contain("objects.ndjson"));
        Assert.That(copy.Split("images/").Length - 1, Is.EqualTo(1), "the one that is whole");
    }

    private async Task IsRefusedAsync(int bytes, Action<byte[]>? damage, int cut = 0)
    {
        var content = SomeContent(bytes);
        using var put = await storage.PutAsync("alice", content);
        await DamageAsync(damage, cut);

        using var got = await storage.GetAsync("alice", content);
        using var again = await storage.GetAsync("alice", content);

        foreach (var answer in new[] { got, again })
        {
            var problem = await answer.ReadAsync(HttpStatusCode.InternalServerError);
            Assert.That(problem.Text("code"), Is.EqualTo("object-damaged"));
        }
        Assert.That(await storage.CountAsync("damaged_at IS NOT NULL"), Is.EqualTo(1), "it is marked");
    }

    private async Task NeverGivesOutAsync(byte[] asked, byte[] other)
    {
        try
        {
            using var got = await storage.GetAsync("alice", asked);
            Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
            Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.Not.EqualTo(other));
        }
        catch (HttpRequestException)
        {
            // A large plain one: the answer broke off before its end.
            Assert.That(!encrypted && other.Length > 1_048_576, Is.True);
        }
    }

    private async Task DamageAsync(Action<byte[]>? damage, int cut = 0)
    {
        var file = storage.FileOf("alice");
        var stored = await File.ReadAllBytesAsync(file);
        damage?.Invoke(stored);
        await File.WriteAllBytesAsync(file, stored[..^cut]);
    }
}
