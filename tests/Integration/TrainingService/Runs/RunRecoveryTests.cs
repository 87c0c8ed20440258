using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Integration.TrainingService.Runs;

/// <summary>Runs that are cancelled, whose process crashes, or whose worker goes, stalls or competes.</summary>
[Platform("Linux")]
public sealed class RunRecoveryTests
{
    [Test]
    public async Task A_cancelled_run_stops_with_its_process_and_the_next_begins()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Many);
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);
        Assert.That(Trainers(run), Has.Length.EqualTo(1));
        var clock = Stopwatch.StartNew();

        var cancelled = await trainee.Http.DeleteAsync($"/v1/runs/{run}").ReadAsync();

        Assert.That(cancelled.Text("status"), Is.EqualTo("cancelled"));
        Assert.That(cancelled["error"]!.Text("code"), Is.EqualTo("cancelled"));
        await Eventually.SeeAsync("its process is gone", () => Task.FromResult(Trainers(run)), left => left.Length == 0, log: () => trainee.Log);
        TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure: a cancelled run's process was gone after {clock.Elapsed.TotalSeconds:0.00} s"));
        var events = await RunServices.Events.WaitForAsync(run, 2, () => trainee.Log);
        Assert.That(events[1].Body.GetProperty("code").GetString(), Is.EqualTo("cancelled"));
        await trainee.TrainAsync();
    }

    [Test]
    public async Task A_run_that_waits_is_cancelled_without_having_begun()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Many);
        var first = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(first);
        var waiting = await trainee.StartAsync();

        var cancelled = await trainee.Http.DeleteAsync($"/v1/runs/{waiting}").ReadAsync();

        Assert.That(cancelled["startedAt"], Is.Null);
        await trainee.Http.DeleteAsync($"/v1/runs/{first}").ReadAsync();
    }

    [Test]
    public async Task A_crash_of_the_process_that_trains_fails_the_run_and_not_the_service()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Many);
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);

        Process.GetProcessById(Trainers(run).Single()).Kill();

        var failed = await trainee.WaitAsync(run, "failed");
        Assert.That(failed["error"]!.Text("code"), Is.EqualTo("trainer-crashed"));
        Assert.That(failed["error"]!.Text("message"), Does.Contain("killed from outside"));
        await trainee.TrainAsync();
    }

    [Test]
    public async Task The_process_that_trains_knows_no_secrets_and_lets_others_go_first()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Many);
        Environment.SetEnvironmentVariable("ServiceIdentity__Secret", "a secret for tests only");
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);

        var process = $"/proc/{Trainers(run).Single()}";

        var names = (await File.ReadAllTextAsync($"{process}/environ")).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(variable => variable.Split('=')[0]);
        Assert.That(names, Does.Contain("DOTNET_gcServer").And.Not.Contain("ServiceIdentity__Secret"));
        var niceness = (await File.ReadAllTextAsync($"{process}/stat")).Split(") ")[^1].Split(' ')[16];
        Assert.That(niceness, Is.EqualTo("10"), "serving has 0, the trial of a model 5");
        await trainee.Http.DeleteAsync($"/v1/runs/{run}").ReadAsync();
    }

    [Test]
    public async Task Two_workers_that_compete_do_each_run_once()
    {
        var database = TrainingApplication.NewDatabase();
        await using var first = await RunServices.StartAnotherAsync(database, ("Runs:Concurrency", "2"));
        await using var second = await RunServices.StartAnotherAsync(database, ("Runs:Concurrency", "2"));
        using var trainee = await Trainee.NewAsync(Trainee.Many, first);

        var runs = new List<string>();
        for (var i = 0; i < 8; i++)
            runs.Add(await trainee.StartAsync());
        foreach (var run in runs)
            await trainee.WaitAsync(run);

        Assert.That(await trainee.CountAsync("runs WHERE lease_epoch = 1 AND attempts = 0"), Is.EqualTo(8), "each was taken once");
        Assert.That(await trainee.CountAsync("versions"), Is.EqualTo(8));
        Assert.That(await trainee.CountAsync("evaluations"), Is.EqualTo(8));
    }

    [Test]
    public async Task A_run_whose_worker_was_killed_is_begun_again_by_another()
    {
        var database = TrainingApplication.NewDatabase();
        await using var other = await RunServices.StartAnotherAsync(database, ("Runs:Concurrency", "1"));
        using var trainee = await Trainee.NewAsync(Trainee.Many, other);
        var endless = await trainee.StartEndlessAsync(); // keeps the other's only worker
        await trainee.WaitUntilTrainingAsync(endless);
        await using var worker = await ServiceProcess.StartNewAsync("TrainingService", await RunServices.ProcessSettingsAsync(database));
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);
        var trainer = Trainers(run).Single();

        await worker.KillAsync();
        await Eventually.SeeAsync("its trainer went with it", () => Task.FromResult(Trainers(run)), left => !left.Contains(trainer), log: () => worker.Log);
        await trainee.Http.DeleteAsync($"/v1/runs/{endless}").ReadAsync();

        await Eventually.SeeAsync("another began", () => trainee.CountAsync($"runs WHERE id = '{run}' AND attempts = 1 AND lease_epoch = 2 AND status = 'running'"), count => count == 1, log: () => trainee.Log);
        await trainee.WaitUntilTrainingAsync(run);
        await trainee.Http.DeleteAsync($"/v1/runs/{run}").ReadAsync();
    }

    [Test]
    public async Task A_run_that_was_taken_away_in_the_middle_ends_once()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Rows(2000));
        var run = await trainee.StartAsync("""{"learner": "gradient-boosted-trees", "parameters": {"rounds": 2000, "earlyStopping": 0}}""");
        await trainee.WaitUntilTrainingAsync(run);

        // As if its worker had stalled for longer than the lease.
        await trainee.ExecuteAsync($"UPDATE runs SET lease_epoch = lease_epoch + 1, lease_until = now() - interval '1 s' WHERE id = '{run}'");

        await trainee.WaitAsync(run);
        Assert.That(await trainee.CountAsync($"runs WHERE id = '{run}' AND attempts = 1 AND lease_epoch = 3"), Is.EqualTo(1));
        Assert.That(await trainee.CountAsync($"versions WHERE lineage ->> 'run' = '{run}'"), Is.EqualTo(1));
    }

    [Test]
    public async Task A_run_that_loses_every_worker_fails()
    {
        using var trainee = await Trainee.NewAsync(Trainee.Many);
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);

        await trainee.ExecuteAsync($"UPDATE runs SET attempts = 2, lease_epoch = lease_epoch + 1, lease_until = now() - interval '1 s' WHERE id = '{run}'");

        var failed = await trainee.WaitAsync(run, "failed");
        Assert.That(failed["error"]!.Text("code"), Is.EqualTo("worker-lost"));
        Assert.That(failed["error"]!.Text("message"), Does.Contain("3 workers"));
    }

    [Test]
    public async Task A_run_that_takes_too_long_fails_with_the_setting_named()
    {
        await using var impatient = await RunServices.StartAnotherAsync(TrainingApplication.NewDatabase(), ("Runs:TimeLimit", "00:00:02"));
        using var trainee = await Trainee.NewAsync(Trainee.Many, impatient);

        var failed = await trainee.WaitAsync(await trainee.StartEndlessAsync(), "failed");

        Assert.That(failed["error"]!.Text("code"), Is.EqualTo("time-limit"));
        Assert.That(failed["error"]!.Text("message"), Does.Contain("Runs:TimeLimit"));
    }

    [Test]
    public async Task A_service_that_stops_gives_its_run_back_with_no_attempt_held_against_it()
    {
        var database = TrainingApplication.NewDatabase();
        await using var next = await RunServices.StartAnotherAsync(database);
        using var trainee = await Trainee.NewAsync(Trainee.Many, next);
        var endless = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(endless);
        var stopping = await RunServices.StartAnotherAsync(database);
        var run = await trainee.StartEndlessAsync();
        await trainee.WaitUntilTrainingAsync(run);

        await stopping.DisposeAsync();

        Assert.That(await trainee.CountAsync($"runs WHERE id = '{run}' AND status = 'queued' AND attempts = 0"), Is.EqualTo(1), stopping.Log);
        Assert.That(Trainers(run), Is.Empty);
        foreach (var one in (string[])[run, endless])
            await trainee.Http.DeleteAsync($"/v1/runs/{one}").ReadAsync();
    }

    /// <summary>Ids of the processes that train for a run: its folder is on their command line.</summary>
    internal static int[] Trainers(string run) =>
    [
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _))
            .Where(name => CommandLine(name!).Split('\0') is [.., "train", var folder, ""] && folder.Contains(run, StringComparison.Ordinal)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture)),
    ];

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it has ended
        }
    }
}
