using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NUnit.Framework;
using ServiceDefaults.Problems;
using ServiceDefaults.WorkQueues;
using TrainingService.Runs.Queue;

namespace Integration.TrainingService.Evaluations;

/// <summary>What runs make, on its way into the registry.</summary>
public class RegistrationTests
{
    private JudgedModel model = null!;

    [SetUp]
    public async Task MakeAsync() => model = await JudgedModel.NewAsync(perClass: 2);

    [TearDown]
    public void Leave() => model.Dispose();

    [Test]
    public async Task Versions_are_numbered_one_after_the_other_also_when_they_come_at_once()
    {
        var versions = await Task.WhenAll(Enumerable.Range(1, 6).Select(i => model.RegisterAsync(i, 0)));
        Assert.That(versions.Order(), Is.EqualTo(new[] { "1", "2", "3", "4", "5", "6" }));
        Assert.That((await model.VersionAsync("6"))["manifest"]!.Text("version"), Is.EqualTo("6"));
        Assert.That((await JudgedModel.Training.GetAsync($"/v1/registry/models/{model.Name}")).GetProperty("dataset").GetGuid(), Is.EqualTo(model.Dataset));
    }

    [Test]
    public async Task A_version_called_by_a_huge_number_is_not_counted_on_from()
    {
        await model.RegisterAsync(1, 0);
        await JudgedModel.Training.TamperAsync($"UPDATE versions SET version = '9223372036854775807' WHERE model = '{model.Name}'");
        Assert.That((await model.RegisterAsync(2, 0), await model.RegisterAsync(3, 0)), Is.EqualTo(("1", "2")));
    }

    [Test]
    public async Task A_run_that_is_begun_again_finds_its_version()
    {
        var run = Guid.NewGuid();
        var (once, twice) = (await model.RegisterAsync(1, 0, run), await model.RegisterAsync(1, 0, run));
        Assert.That((once, twice), Is.EqualTo(("1", "1")));
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task A_run_that_is_begun_again_on_other_rows_makes_another_version_and_the_one_before_never_goes_live()
    {
        var run = Guid.NewGuid();
        var (once, twice) = (await model.RegisterAsync(1, 0, run), await model.RegisterAsync(2, 0, run));
        Assert.That((once, twice), Is.EqualTo(("1", "2")));
        Assert.That(await model.StatesAsync(), Is.EqualTo("2 candidate, 1 refused"));
        Assert.That((await model.VersionAsync("1"))["refused"]![0]!.GetValue<string>(), Does.Contain("begun again on other rows"));
    }

    [TestCase("status = 'cancelled', finished_at = now()")]
    [TestCase("lease_epoch = lease_epoch + 1")]
    public async Task A_run_that_was_taken_from_its_worker_registers_nothing(string change)
    {
        var hold = await model.HoldRunAsync();
        await model.RegisterAsync(1, 0, hold.Run, hold: hold);
        await JudgedModel.Training.TamperAsync($"UPDATE runs SET {change} WHERE id = '{hold.Run}'");

        Assert.That(() => model.RegisterAsync(2, 0, hold.Run, hold: hold), Throws.TypeOf<LeaseLostException>());
        Assert.That(await model.StatesAsync(), Is.EqualTo("1 candidate"));
    }

    [Test]
    public async Task Who_deletes_the_data_set_meanwhile_and_who_registers_do_not_wait_for_each_other()
    {
        var hold = await model.HoldRunAsync();
        await using var deletion = await JudgedModel.Training.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using var transaction = await deletion.BeginTransactionAsync();
        await ExecuteAsync(deletion, $"SELECT FROM datasets WHERE id = '{model.Dataset}' FOR UPDATE");

        var registering = model.RegisterAsync(1, 0, hold.Run, hold: hold);
        await Eventually.SeeAsync(
            "it waits", () => JudgedModel.Training.QueryAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE {deletion.ProcessID} = ANY(pg_blocking_pids(pid))"), count => count == 1, log: () => JudgedModel.Training.Log);

        Assert.That(() => ExecuteAsync(deletion, $"SET LOCAL lock_timeout = '5s'; DELETE FROM runs WHERE id = '{hold.Run}'"), Throws.Nothing, "the run goes with its data set");
        await transaction.RollbackAsync();
        Assert.That(await registering, Is.EqualTo("1"));
    }

    [Test]
    public async Task A_name_that_another_data_set_trains_is_taken()
    {
        using var other = await JudgedModel.NewAsync(perClass: 2);
        await model.RegisterAsync(1, 0);
        await AssertTakenAsync(() => other.RegisterAsync(1, 0, model: model.Name), "another data set trains it");
    }

    [Test]
    public async Task A_model_from_elsewhere_is_put_under_a_data_set_by_admins_alone()
    {
        await JudgedModel.Training.TamperAsync($"INSERT INTO models (name, task, created_at) VALUES ('{model.Name}', 'tabular-classification', now())");
        await AssertTakenAsync(() => model.RegisterAsync(1, 0), "only an admin");
        Assert.That(await model.RegisterAsync(1, 0, mayBind: true), Is.EqualTo("1"));
        Assert.That(await model.RegisterAsync(1, 0), Is.EqualTo("2"));
    }

    [Test]
    public async Task A_model_that_serves_its_owner_alone_is_nobody_elses()
    {
        await model.RegisterAsync(1, 0, owner: model.Subject);
        await AssertTakenAsync(() => model.RegisterAsync(1, 0), "it serves its owner alone");
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task AssertTakenAsync(Func<Task> register, string why)
    {
        var problem = await Task.Run(() => Assert.ThrowsAsync<ProblemException>(() => register()));
        Assert.That((problem!.Status, problem.Code, problem.Field), Is.EqualTo((409, "model-taken", "model")));
        Assert.That(problem.Message, Does.Contain(why));
    }
}
