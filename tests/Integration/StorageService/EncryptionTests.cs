using System.Net;
using NUnit.Framework;
using StorageService.Objects;
using static Integration.StorageService.StorageApplication;

namespace Integration.StorageService;

/// <summary>What lies on the disk is worth nothing without the keys.</summary>
public class EncryptionTests
{
    [Test]
    public async Task What_lies_on_the_disk_shows_nothing_of_the_content()
    {
        await using var storage = await StartNewAsync(Encrypted());
        var content = new byte[200_000]; // zeros, which would show
        using var put = await storage.PutAsync("alice", content);

        var stored = await File.ReadAllBytesAsync(storage.FileOf("alice"));

        Assert.That(stored, Has.Length.GreaterThan(content.Length));
        Assert.That(stored.AsSpan().IndexOf(new byte[16]), Is.EqualTo(-1));
    }

    [Test]
    public async Task Plain_and_encrypted_objects_are_read_side_by_side()
    {
        await using var plain = await StartNewAsync();
        byte[] before = SomeContent(), after = SomeContent();
        using var first = await plain.PutAsync("alice", before);
        await using var encrypting = await plain.StartAnotherAsync(Encrypted());
        using var second = await encrypting.PutAsync("alice", after);

        Assert.That(await GotAsync(encrypting, "alice", before), Is.EqualTo(before));
        Assert.That(await GotAsync(encrypting, "alice", after), Is.EqualTo(after));
        Assert.That(await encrypting.CountAsync("key_id IS NULL"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_plain_object_that_is_put_again_is_encrypted()
    {
        await using var plain = await StartNewAsync();
        var content = SomeContent();
        using var first = await plain.PutAsync("alice", content);
        await using var encrypting = await plain.StartAnotherAsync(new(Encrypted()) { ["Storage:Orphans:Grace"] = "00:00:00", ["Storage:Orphans:SweepEvery"] = "00:00:00.2" });

        using var again = await encrypting.PutAsync("alice", content);

        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await encrypting.CountAsync("key_id IS NULL"), Is.Zero);
        await Eventually.IsTrueAsync(() => Task.FromResult(encrypting.Files().Count == 1), "the plain bytes are gone", () => encrypting.Log);
        Assert.That(await GotAsync(encrypting, "alice", content), Is.EqualTo(content));
    }

    [Test]
    public async Task After_a_rotation_the_old_master_key_is_not_needed_any_more()
    {
        var (old, current) = (NewMasterKey(), NewMasterKey());
        await using var before = await StartNewAsync(Encrypted(old));
        var content = SomeContent();
        using var put = await before.PutAsync("alice", content);
        var masterKey = await before.ScalarAsync<string>("SELECT master_key FROM data_keys");

        await using (var rotating = await before.StartAnotherAsync(new(Encrypted(current)) { ["Storage:OldMasterKeys:0"] = old }))
            await Eventually.IsTrueAsync(async () => await rotating.ScalarAsync<string>("SELECT master_key FROM data_keys") != masterKey, "the data key is wrapped again", () => rotating.Log);
        await using var after = await before.StartAnotherAsync(Encrypted(current));

        Assert.That(await GotAsync(after, "alice", content), Is.EqualTo(content));
    }

    [Test]
    public async Task A_data_key_that_is_damaged_keeps_no_other_from_the_rotation()
    {
        var (old, current) = (NewMasterKey(), NewMasterKey());
        await using var before = await StartNewAsync(Encrypted(old));
        foreach (var owner in new[] { "alice", "bob", "carol" }) // in the order of their keys' ids, by which the rotation goes
            using (await before.PutAsync(owner, SomeContent(1000)))
            {
            }
        await before.ExecuteAsync("UPDATE data_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE owner = 'alice'");
        var masterKey = await before.ScalarAsync<string>("SELECT master_key FROM data_keys WHERE owner = 'bob'");

        await using var rotating = await before.StartAnotherAsync(new(Encrypted(current)) { ["Storage:OldMasterKeys:0"] = old });

        await Eventually.IsTrueAsync(
            async () => await rotating.ScalarAsync<long>($"SELECT count(*) FROM data_keys WHERE master_key <> '{masterKey}'") == 2, "the others are wrapped again", () => rotating.Log);
        Assert.That(await rotating.ScalarAsync<string>("SELECT owner FROM data_keys WHERE master_key = '" + masterKey + "'"), Is.EqualTo("alice"));
    }

    [Test]
    public async Task The_scrub_goes_on_past_what_it_can_not_check()
    {
        await using var storage = await StartNewAsync(Encrypted());
        using var unreadable = await storage.PutAsync("alice", SomeContent(5000)); // before bob's in the order of the pass
        using var put = await storage.PutAsync("bob", SomeContent(5000));
        await storage.ExecuteAsync("UPDATE data_keys SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE owner = 'alice'");
        File.Delete(storage.FileOf("bob"));

        await using var scrubbing = await storage.StartAnotherAsync(new(Encrypted(storage.MasterKey)) { ["Storage:Scrub:Every"] = "00:00:00.2" });

        await Eventually.IsTrueAsync(async () => await storage.CountAsync("damaged_at IS NOT NULL AND owner = 'bob'") == 1, "the one behind it is found", () => scrubbing.Log);
        Assert.That(await storage.CountAsync("damaged_at IS NOT NULL AND owner = 'alice'"), Is.Zero, "nothing is known of its bytes");
    }

    [Test]
    public async Task A_key_that_comes_from_a_file_is_the_same_key()
    {
        var key = NewMasterKey();
        await using var storage = await StartNewAsync(Encrypted(key));
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        var file = Path.Combine(storage.Folder, "master-key");
        await File.WriteAllTextAsync(file, key + "\n");

        await using var other = await storage.StartAnotherAsync(new() { ["Storage:MasterKeyFile"] = file });

        Assert.That(await GotAsync(other, "alice", content), Is.EqualTo(content));
    }

    [Test]
    public async Task Without_the_master_key_that_objects_need_the_service_is_not_ready_and_says_which()
    {
        await using var storage = await StartNewAsync(Encrypted());
        using var put = await storage.PutAsync("alice", SomeContent());
        var masterKey = await storage.ScalarAsync<string>("SELECT master_key FROM data_keys");

        await using var without = await storage.StartAnotherAsync(Encrypted(), waitUntilReady: false);
        var health = await Eventually.SeeAsync("health names the key", () => HealthAsync(without), answer => answer.Body.Contains(masterKey), log: () => without.Log);

        Assert.That(health.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [Test]
    public async Task Erasing_an_owner_takes_rows_bytes_and_key_and_nobody_elses()
    {
        await using var storage = await StartNewAsync(Encrypted());
        var (alices, bobs) = (SomeContent(), SomeContent());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => storage.PutAsync("alice", SomeContent(1000))).Append(storage.PutAsync("alice", alices)).Append(storage.PutAsync("bob", bobs)));

        var erased = await storage.Get<OwnerErasure>().EraseAsync("alice", CancellationToken.None);
        var again = await storage.Get<OwnerErasure>().EraseAsync("alice", CancellationToken.None);

        Assert.That((erased, again), Is.EqualTo((21, 0)));
        Assert.That(Directory.Exists(Path.Combine(storage.Folder, "objects", "alice")), Is.False, "not even the name");
        foreach (var table in new[] { "objects", "data_keys", "owner_usage" })
            Assert.That(await storage.ScalarAsync<long>($"SELECT count(*) FROM {table} WHERE owner = 'alice'"), Is.Zero, table);
        Assert.That(await GotAsync(storage, "bob", bobs), Is.EqualTo(bobs));
    }

    [Test]
    public async Task What_a_backup_kept_of_an_erased_owner_can_not_be_read()
    {
        await using var storage = await StartNewAsync(Encrypted());
        var content = SomeContent();
        using var put = await storage.PutAsync("alice", content);
        var (file, backup) = (storage.FileOf("alice"), await File.ReadAllBytesAsync(storage.FileOf("alice")));
        await storage.Get<OwnerErasure>().EraseAsync("alice", CancellationToken.None);

        // The owner comes back, and the backup with them.
        using var again = await storage.PutAsync("alice", content);
        await File.WriteAllBytesAsync(file, backup);
        using var got = await storage.GetAsync("alice", content);

        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.InternalServerError));
    }

    [Test]
    public async Task A_replica_that_still_knows_an_erased_key_stores_nothing_with_it()
    {
        var settings = Encrypted();
        await using var storage = await StartNewAsync(settings);
        await using var replica = await storage.StartAnotherAsync(settings);
        var content = SomeContent();
        using var known = await replica.PutAsync("alice", SomeContent());
        await storage.Get<OwnerErasure>().EraseAsync("alice", CancellationToken.None);

        using var refused = await replica.PutAsync("alice", content);
        using var again = await replica.PutAsync("alice", content);

        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await GotAsync(storage, "alice", content), Is.EqualTo(content));
        Assert.That(storage.Files(), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Puts_while_an_owner_is_erased_leave_whole_objects_or_nothing()
    {
        await using var storage = await StartNewAsync(Encrypted());
        var contents = Enumerable.Range(0, 100).Select(_ => SomeContent(2000)).ToArray();

        var puts = contents.Select(async content => await Task.Run(() => storage.PutAsync("alice", content))).ToArray();
        for (var i = 0; i < 5; i++)
            await storage.Get<OwnerErasure>().EraseAsync("alice", CancellationToken.None);
        await Task.WhenAll(puts);

        var rows = 0;
        foreach (var content in contents)
        {
            using var got = await storage.GetAsync("alice", content);
            if (got.StatusCode == HttpStatusCode.NotFound)
                continue;
            rows++;
            Assert.That(await got.Content.ReadAsByteArrayAsync(), Is.EqualTo(content), storage.Log);
        }
        Assert.That(await storage.CountAsync("owner = 'alice'"), Is.EqualTo(rows));
    }

    private static async Task<(HttpStatusCode Status, string Body)> HealthAsync(StorageApplication storage)
    {
        using var health = await storage.Client.GetAsync("/health/ready");
        return (health.StatusCode, await health.Content.ReadAsStringAsync());
    }

    private static async Task<byte[]> GotAsync(StorageApplication storage, string owner, byte[] content)
    {
        using var got = await storage.GetAsync(owner, content);
        Assert.That(got.StatusCode, Is.EqualTo(HttpStatusCode.OK), storage.Log);
        return await got.Content.ReadAsByteArrayAsync();
    }
}
