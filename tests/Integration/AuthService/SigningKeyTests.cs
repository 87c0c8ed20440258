using System.Net;
using AuthService.SigningKeys;
using Microsoft.Extensions.DependencyInjection;
using NUnit.Framework;

namespace Integration.AuthService;

public class SigningKeyTests
{
    private static readonly Dictionary<string, string> MasterKey = new() { ["Auth:MasterKey"] = Convert.ToBase64String(Enumerable.Repeat((byte)7, 32).ToArray()) };

    [Test]
    public async Task A_rotation_logs_nobody_out_and_every_replica_signs_with_the_new_key()
    {
        await using var one = await AuthApplication.StartNewAsync();
        await using var other = await AuthApplication.StartNewAsync(database: one.Database);
        var admin = await one.NewUserAsync("admin");
        var next = await one.SendAsync(HttpMethod.Post, "/v1/admin/signing-keys/rotate", token: admin.Token).ReadAsync();
        Assert.That(await one.Client.GetStringAsync("/.well-known/jwks.json"), Does.Contain(next.Text("kid")), "published before it signs");
        Assert.That(KidOf((await one.SignedInAsync(admin.Id, admin.Email)).Token), Is.EqualTo(KidOf(admin.Token)));

        foreach (var replica in new[] { one, other })
        {
            replica.Time.Advance(TimeSpan.FromMinutes(2));
            await KeepAsync(replica);
            Assert.That(KidOf((await replica.SignedInAsync(admin.Id, admin.Email)).Token), Is.EqualTo(next.Text("kid")));
            Assert.That(await StatusAsync(replica, admin.Token), Is.EqualTo(HttpStatusCode.OK));
        }
        Assert.That(await one.Client.GetStringAsync("/.well-known/jwks.json"), Is.EqualTo(await other.Client.GetStringAsync("/.well-known/jwks.json")));

        foreach (var replica in new[] { one, other })
        {
            replica.Time.Advance(TimeSpan.FromMinutes(13));
            await KeepAsync(replica);
            Assert.That(await replica.Client.GetStringAsync("/.well-known/jwks.json"), Does.Not.Contain(KidOf(admin.Token)));
        }
        await one.RefreshAsync(admin.RefreshToken).ReadAsync();
    }

    [Test]
    public async Task Keys_rotate_by_schedule_once_however_many_replicas_look()
    {
        await using var one = await AuthApplication.StartNewAsync();
        await using var other = await AuthApplication.StartNewAsync(database: one.Database);
        foreach (var replica in new[] { one, other })
            replica.Time.Advance(TimeSpan.FromDays(30));
        await Task.WhenAll(new[] { one, other, one, other }.Select(KeepAsync));
        Assert.That(await one.QueryAsync<long>("SELECT count(*) FROM signing_keys"), Is.EqualTo(2));
    }

    [Test]
    public async Task Two_rotations_at_once_are_one()
    {
        await using var auth = await AuthApplication.StartNewAsync();
        var admin = await auth.NewUserAsync("admin");
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => auth.SendAsync(HttpMethod.Post, "/v1/admin/signing-keys/rotate", token: admin.Token).ReadAsync()));
        Assert.That(answers.Select(answer => answer.Text("kid")).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_new_replica_signs_with_the_key_that_the_others_use()
    {
        await using var one = await AuthApplication.StartNewAsync();
        var admin = await one.NewUserAsync("admin");
        await one.SendAsync(HttpMethod.Post, "/v1/admin/signing-keys/rotate", token: admin.Token).ReadAsync();
        await using var late = await AuthApplication.StartNewAsync(database: one.Database);
        Assert.That(KidOf((await late.SignedInAsync(admin.Id, admin.Email)).Token), Is.EqualTo(KidOf(admin.Token)));
    }

    [Test]
    public async Task Signing_keys_are_sealed_by_the_master_key_also_those_that_were_there_before()
    {
        await using var before = await AuthApplication.StartNewAsync();
        var user = await before.NewUserAsync();
        Assert.That(await before.QueryAsync<bool>("SELECT bool_and(is_sealed) FROM signing_keys"), Is.False);
        Assert.That(before.Log, Does.Contain("Auth:MasterKey"));

        await using var sealing = await AuthApplication.StartNewAsync(MasterKey, before.Database);
        Assert.That(await sealing.QueryAsync<bool>("SELECT bool_and(is_sealed) FROM signing_keys"), Is.True);
        Assert.That(await sealing.DumpAsync("signing_keys"), Does.Not.Contain("2a8648ce3d0201"), "the algorithm's name is in every PKCS #8");
        await using var after = await AuthApplication.StartNewAsync(MasterKey, before.Database);
        Assert.That(await StatusAsync(after, user.Token), Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Another_master_key_opens_no_signing_key()
    {
        await using var auth = await AuthApplication.StartNewAsync(MasterKey);
        await using var scope = auth.Services.CreateAsyncScope();
        var stored = scope.ServiceProvider.GetRequiredService<global::AuthService.AuthDb>().SigningKeys.Single();
        var other = new Sealing(Microsoft.Extensions.Options.Options.Create(new MasterKeyOptions { MasterKey = Convert.ToBase64String(new byte[32]) }));
        Assert.That(() => stored.Open(other), Throws.InvalidOperationException.With.Message.Contains("Auth:MasterKey"));
    }

    [Test]
    public async Task A_wrong_master_key_seals_and_adds_nothing()
    {
        await using var auth = await AuthApplication.StartNewAsync(MasterKey);
        var before = await auth.DumpAsync("signing_keys");
        var other = new Sealing(Microsoft.Extensions.Options.Options.Create(new MasterKeyOptions { MasterKey = Convert.ToBase64String(new byte[32]) }));
        using var keeper = ActivatorUtilities.CreateInstance<SigningKeyKeeper>(auth.Services, other);
        Assert.That(() => keeper.RotateAsync("somebody", CancellationToken.None), Throws.InvalidOperationException.With.Message.Contains("Auth:MasterKey"));
        Assert.That(await auth.DumpAsync("signing_keys"), Is.EqualTo(before));
    }

    private static Task KeepAsync(AuthApplication auth) => auth.Services.GetRequiredService<SigningKeyKeeper>().KeepAsync(CancellationToken.None);

    private static Task<HttpStatusCode> StatusAsync(AuthApplication auth, string token) => auth.SendAsync(HttpMethod.Get, "/v1/auth/me", token: token).StatusAsync();

    private static string KidOf(string token) => Jwt.HeaderOf(token).Text("kid");
}
