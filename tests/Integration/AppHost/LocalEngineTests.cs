using System.Diagnostics;
using NUnit.Framework;
using TestSupport;

namespace Integration.AppHost;

public class LocalEngineTests
{
    [Test]
    public async Task A_resource_that_cannot_start_ends_the_run_with_its_name_the_reason_and_its_last_log_lines()
    {
        await using var run = ToyRun.Start("steady,broken");

        Assert.That(await run.ExitAsync(), Is.EqualTo(1), run.Output);
        Assert.That(run.Output, Does.Contain("broken could not start: it exited with code 3"));
        Assert.That(run.Output, Does.Contain("    the disk is on fire"));
        Assert.That(run.Find("steady").Pid, Is.Null, "what had started is stopped again");
    }

    [Test]
    public async Task A_command_that_can_not_even_be_run_ends_the_run_with_the_reason()
    {
        await using var run = ToyRun.Start("steady,homeless");

        Assert.That(await run.ExitAsync(), Is.EqualTo(1), run.Output);
        Assert.That(run.Output, Does.Contain("homeless could not start:").And.Contain("no/such/folder"));
    }

    [Test]
    public async Task A_resource_that_does_not_become_healthy_in_time_ends_the_run()
    {
        await using var run = ToyRun.Start("sleepy", ("SUITE_START_SECONDS", "0.5"));

        Assert.That(await run.ExitAsync(), Is.EqualTo(1), run.Output);
        Assert.That(run.Output, Does.Contain("sleepy could not start: it was not healthy within"));
        Assert.That(run.Output, Does.Contain("it sleeps"));
    }

    [Test]
    public async Task What_a_killed_AppHost_leaves_is_ended_by_the_next_down_and_nothing_else_is()
    {
        await using var run = await ToyRun.StartHealthyAsync("steady,stubborn");
        var stubborn = run.Find("stubborn");
        var children = ChildrenOf(stubborn.Pid!.Value);
        using var stranger = Process.Start("sleep", "1000");
        try
        {
            run.Kill();
            await run.ExitAsync();
            Assert.That(IsAlive(stubborn.Pid.Value), "it ignores the signal that it gets when its parent dies");
            // The pid of a process that is gone may be given to another: here the record of steady names a stranger.
            var record = Path.Combine(run.Home, "run.json");
            File.WriteAllText(record, File.ReadAllText(record).Replace($"\"pid\":{run.Find("steady").Pid},", $"\"pid\":{stranger.Id},"));

            var (exitCode, output) = await run.SuiteAsync("down");

            Assert.That(exitCode, Is.Zero, output);
            await run.WaitForAsync(() => !children.Append(stubborn.Pid.Value).Any(IsAlive), $"the toy and its children to be gone; down said: {output}");
            Assert.That(stranger.HasExited, Is.False, output);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Test]
    public async Task A_resource_that_dies_is_started_again()
    {
        await using var run = await ToyRun.StartHealthyAsync("steady");
        var first = run.Find("steady");
        using (var process = Process.GetProcessById(first.Pid!.Value))
            process.Kill();

        await run.WaitForAsync(() => run.Find("steady") is { State: "Healthy" } now && now.Pid != first.Pid, "steady to be back");

        Assert.That(run.Find("steady").Restarts, Is.EqualTo(1));
    }

    [Test]
    public async Task A_stop_ends_resources_before_those_they_depend_on()
    {
        await using var run = await ToyRun.StartHealthyAsync("steady,follower");

        Assert.That(await run.StopAsync(), Is.Zero, run.Output);

        Assert.That(run.Log("steady"), Does.Contain("steady stops"));
        Assert.That(run.Log("follower"), Does.Contain("follower stops"));
        Assert.That(File.GetLastWriteTimeUtc(Path.Combine(run.Home, "logs", "steady.log")),
            Is.GreaterThanOrEqualTo(File.GetLastWriteTimeUtc(Path.Combine(run.Home, "logs", "follower.log"))));
    }

    [Test]
    public async Task A_resource_can_be_kept_down_and_started_again_by_hand()
    {
        await using var run = await ToyRun.StartHealthyAsync("steady,follower");

        var (stopped, output) = await run.SuiteAsync("stop", "steady");
        Assert.That(stopped, Is.Zero, output);
        Assert.That(run.Find("steady"), Has.Property("State").EqualTo("Stopped").And.Property("Pid").Null);

        var (started, more) = await run.SuiteAsync("start", "steady");
        Assert.That(started, Is.Zero, more);
        Assert.That(run.Find("steady"), Has.Property("State").EqualTo("Healthy").And.Property("Restarts").Zero);
    }

    private static int[] ChildrenOf(int pid) =>
        [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>A zombie that nobody has collected yet counts as gone.</summary>
    private static bool IsAlive(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[stat.LastIndexOf(')') + 2] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
