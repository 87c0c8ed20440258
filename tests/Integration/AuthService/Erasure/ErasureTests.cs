using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using InferenceSuite.Contracts;
using Integration.StorageService;
using NUnit.Framework;
using TestSupport;

namespace Integration.AuthService.Erasure;

[TestFixture]
public sealed class ErasureTests
{
    private static readonly string[] Databases = ["auth", "storage", "feedback"];

    [Test]
    public async Task Everything_of_a_person_goes_and_the_signed_receipt_counts_it_while_others_keep_theirs()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var (ada, bob) = (await suite.NewPersonAsync(), await suite.NewPersonAsync());
        foreach (var person in (Person[])[ada, bob])
        {
            await suite.Auth.NewKeyAsync(person.Token);
            await suite.Auth.NewKeyAsync(person.Token, new { name = "second" });
            for (var i = 0; i < 3; i++)
                await suite.StoreAsync(person.Id, StorageApplication.SomeContent(1000)).ReadAsync(HttpStatusCode.Created);
            await suite.PredictAsync(person, 4);
            await suite.ExecuteAsync("feedback", $"INSERT INTO feedback SELECT id, caller, true, NULL, 5, 'by hand', now() FROM observations WHERE caller = '{person.Id}' LIMIT 2");
        }

        var erased = await suite.EraseAcceptedAsync(ada);
        var done = await suite.WaitUntilDoneAsync(erased);

        var receipt = Receipts.Verify(done.Text("receipt"), await suite.Auth.Client.GetAsync("/.well-known/jwks.json").ReadAsync());
        Assert.That(receipt.Text("erasure"), Is.EqualTo(done.Text("id")));
        Assert.That(Removed(receipt, suite.StorageName, "objects"), Is.EqualTo(3));
        Assert.That(Removed(receipt, suite.FeedbackName, "observations"), Is.EqualTo(4));
        Assert.That(Removed(receipt, suite.FeedbackName, "feedback"), Is.EqualTo(2));
        Assert.That(Removed(receipt, suite.AuthName, "keys"), Is.EqualTo(2));
        Assert.That(Removed(receipt, suite.AuthName, "sessions"), Is.EqualTo(1));
        Assert.That(Removed(receipt, suite.AuthName, "consents"), Is.EqualTo(1));
        Assert.That(Removed(receipt, suite.AuthName, "accounts"), Is.EqualTo(1));
        Assert.That(receipt.Text("historyHead"), Is.EqualTo(await HeadAsync(suite)));

        foreach (var database in Databases)
        {
            var connection = await suite.ConnectionStringAsync(database);
            // The audit's chain can't be altered: the random id in it leads to nobody any more. See docs/privacy.md.
            Assert.That((await DatabaseSearch.FindAsync(connection, ada.Id)).Where(row => !row.StartsWith("history:", StringComparison.Ordinal)), Is.Empty, database);
            Assert.That(await DatabaseSearch.FindAsync(connection, ada.Email), Is.Empty, database);
        }
        Assert.That(Directory.GetFileSystemEntries(suite.Storage.Folder, "*", SearchOption.AllDirectories), Has.None.Contains(ada.Id));

        Assert.That(await suite.CountAsync("storage", $"objects WHERE owner = '{bob.Id}'"), Is.EqualTo(3));
        Assert.That(await suite.CountAsync("feedback", $"feedback WHERE caller = '{bob.Id}'"), Is.EqualTo(2));
        Assert.That(await suite.CountAsync("auth", $"api_keys WHERE user_id = '{bob.Id}' AND revoked_at IS NULL"), Is.EqualTo(2));
        Assert.That(suite.Storage.Files(), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task A_service_that_never_ran_before_is_asked_again_by_the_same_event_until_it_answers()
    {
        await using var suite = await ErasureApplication.StartNewAsync(withFeedback: false);
        await using var requests = await EventSubscriber.SubscribeAsync(await Servers.RabbitMqAsync(), "erasure.requested");
        var ada = await suite.NewPersonAsync();

        var erased = await suite.EraseAcceptedAsync(ada);
        var id = (await suite.StatusAsync(erased)).Text("id");
        var twice = await requests.WaitForAsync(id, 2, () => suite.Log);
        Assert.That(twice.Select(request => request.MessageId), Is.All.EqualTo(id), "the event's id stays");
        Assert.That((await suite.StatusAsync(erased)).Text("status"), Is.EqualTo("running"), "nobody speaks for the one that is missing");
        await suite.StartFeedbackAsync();

        await suite.WaitUntilDoneAsync(erased);
    }

    [Test]
    public async Task An_erasure_that_is_stopped_in_the_middle_goes_on_and_counts_all()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var ada = await suite.NewPersonAsync();
        await suite.PredictAsync(ada, 3);
        // As if the service had been killed after its first page: that page is gone and counted, the rest is there.
        await suite.StopFeedbackAsync();
        var erased = await suite.EraseAcceptedAsync(ada);
        var id = erased.Location.Split('/')[^1];
        await suite.ExecuteAsync("feedback", $"""
            DELETE FROM observations WHERE id = (SELECT id FROM observations WHERE caller = '{ada.Id}' LIMIT 1);
            INSERT INTO erasure_progress VALUES ('{id}', 'observations', 1);
            """);

        await suite.StartFeedbackAsync();
        var done = await suite.WaitUntilDoneAsync(erased);

        var answer = done["services"]!.AsArray().Single(service => service!.Text("service") == suite.FeedbackName)!;
        Assert.That(answer["removed"]!["observations"]!.GetValue<long>(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_request_that_comes_twice_is_answered_twice_the_same()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var broker = await Servers.RabbitMqAsync();
        await using var outside = await OutsideSubscriber.StartNewAsync(broker.ConnectionString, "erasure.done");
        var ada = await suite.NewPersonAsync();
        await suite.PredictAsync(ada, 3);
        var erased = await suite.EraseAcceptedAsync(ada);
        await suite.WaitUntilDoneAsync(erased);

        var id = Guid.Parse(erased.Location.Split('/')[^1]);
        await EventSender.SendAsync(broker, new ErasureRequested(id, ada.Id, DateTimeOffset.UtcNow));

        TestSupport.ReceivedEvent[] Answers() => [.. outside.Events.Where(e => e.Body.GetProperty("erasureId").GetGuid() == id && e.Body.GetProperty("service").GetString() == suite.FeedbackName)];
        await Eventually.IsTrueAsync(() => Task.FromResult(Answers().Length == 2), "the second answer", () => suite.Log);
        Assert.That(Answers().Select(answer => answer.Body.GetProperty("counts").GetProperty("observations").GetInt64()), Is.All.EqualTo(3), "whichever of them is read first");
    }

    [Test]
    public async Task What_comes_late_for_an_erased_person_is_refused_and_dropped()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var (ada, bob) = (await suite.NewPersonAsync(), await suite.NewPersonAsync());
        var late = ada.Predicted();
        await suite.PredictAsync(ada, 1);
        await suite.WaitUntilDoneAsync(await suite.EraseAcceptedAsync(ada));

        await EventSender.SendAsync(await Servers.RabbitMqAsync(), late);
        await suite.PredictAsync(bob, 2);
        using var stored = await suite.StoreAsync(ada.Id, StorageApplication.SomeContent(1000));

        Assert.That((await stored.ReadAsync(HttpStatusCode.Gone)).Text("code"), Is.EqualTo("erased"));
        Assert.That(suite.Storage.Files(), Is.Empty, "nor are its bytes left behind");
        await Eventually.IsTrueAsync(() => Task.FromResult(suite.FeedbackLog.Contains("speaks of an erased subject and is dropped")), "the late event is dropped", () => suite.Log);
        Assert.That(await suite.CountAsync("feedback", $"observations WHERE caller = '{ada.Id}'"), Is.Zero);
    }

    [Test]
    public async Task A_transaction_that_wrote_before_the_erasure_is_waited_for()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var ada = await suite.NewPersonAsync();
        await using var connection = new Npgsql.NpgsqlConnection(await suite.ConnectionStringAsync("feedback"));
        await connection.OpenAsync();
        await using var writing = await connection.BeginTransactionAsync();
        await using var insert = new Npgsql.NpgsqlCommand(
            $"INSERT INTO observations (id, request_id, caller, model, version, time) VALUES (gen_random_uuid(), gen_random_uuid(), '{ada.Id}', 'm', '1', now())", connection);
        await insert.ExecuteNonQueryAsync();

        var erased = await suite.EraseAcceptedAsync(ada);
        await Eventually.IsTrueAsync(async () => await suite.CountAsync("feedback", "erased_subjects") == 1, "the door is shut", () => suite.Log);
        await writing.CommitAsync();
        var done = await suite.WaitUntilDoneAsync(erased);

        Assert.That(done["services"]!.AsArray().Single(service => service!.Text("service") == suite.FeedbackName)!["removed"]!["observations"]!.GetValue<long>(), Is.EqualTo(1));
        Assert.That(await suite.CountAsync("feedback", "observations"), Is.Zero);
    }

    [Test]
    public async Task What_is_remembered_of_an_erased_person_is_a_keyed_hash_and_each_database_has_a_key_of_its_own()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        var ada = await suite.NewPersonAsync();
        await suite.WaitUntilDoneAsync(await suite.EraseAcceptedAsync(ada));

        var keys = new List<byte[]>();
        foreach (var database in Databases)
        {
            await using var source = Npgsql.NpgsqlDataSource.Create(await suite.ConnectionStringAsync(database));
            await using var command = source.CreateCommand("SELECT inner_pad, outer_pad, hash FROM erasure_key, erased_subjects");
            await using var row = await command.ExecuteReaderAsync();
            await row.ReadAsync();
            var key = Array.ConvertAll((byte[])row[0], b => (byte)(b ^ 0x36))[..32];
            Assert.That(row[2], Is.EqualTo(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(ada.Id))), database);
            keys.Add(key);
        }
        Assert.That(keys.Select(Convert.ToHexString), Is.Unique);
    }

    [Test]
    public async Task A_message_that_names_no_user_erases_nothing()
    {
        await using var suite = await ErasureApplication.StartNewAsync();
        await suite.StoreAsync("registry", StorageApplication.SomeContent(1000)).ReadAsync(HttpStatusCode.Created);

        await EventSender.SendAsync(await Servers.RabbitMqAsync(), new ErasureRequested(Guid.CreateVersion7(), "registry", DateTimeOffset.UtcNow));

        await Eventually.IsTrueAsync(() => Task.FromResult(suite.Storage.Log.Contains("Only users can be erased")), "it is refused", () => suite.Log);
        Assert.That(await suite.CountAsync("storage", "objects WHERE owner = 'registry'"), Is.EqualTo(1));
    }

    [Test]
    public async Task An_erasure_that_takes_too_long_is_reported()
    {
        await using var suite = await ErasureApplication.StartNewAsync(withFeedback: false, ("Auth:Erasure:AlarmAfter", "00:00:01"));
        await suite.EraseAcceptedAsync(await suite.NewPersonAsync());

        var health = await Eventually.SeeAsync("the health says so", async () => await suite.Auth.Client.GetAsync("/health/ready").ReadAsync(), seen => seen.Text("status") == "degraded", log: () => suite.Log);

        Assert.That(health["checks"]!["erasures"]!.Text("description"), Does.Contain($"waits for {suite.FeedbackName}"));
        Assert.That(suite.Auth.Log, Does.Contain($"no answer from {suite.FeedbackName}"));
    }

    private static long Removed(JsonNode receipt, string service, string name) => receipt["removed"]![service]![name]!.GetValue<long>();

    private static async Task<string> HeadAsync(ErasureApplication suite)
    {
        await using var source = Npgsql.NpgsqlDataSource.Create(await suite.ConnectionStringAsync("auth"));
        await using var command = source.CreateCommand("SELECT hash FROM history ORDER BY seq DESC LIMIT 1");
        return (string)(await command.ExecuteScalarAsync())!;
    }
}
