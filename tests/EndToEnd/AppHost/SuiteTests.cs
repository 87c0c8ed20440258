using System.Diagnostics;
using System.Net;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.AppHost;

/// <summary>What <c>./suite</c> promises about the processes of a run.</summary>
public class SuiteTests
{
    [Test]
    public async Task It_comes_back_after_every_kind_of_kill_and_leaves_nothing()
    {
        await using var suite = await Suite.StartNewAsync();
        await Assert_that_the_gateway_is_ready(suite);

        await suite.WaitForRestartAsync(suite.Kill("inference-0"));
        await suite.RestartResourceAsync("postgres");

        var appHost = RunningResource.AppHost(suite.Home);
        using (var process = Process.GetProcessById(appHost.Pid!.Value))
            process.Kill();
        await suite.UpAsync();
        await Assert_that_the_gateway_is_ready(suite);

        await suite.DownAsync();
        Assert.That(ProcessesOf(suite), Is.Empty);
    }

    private static async Task Assert_that_the_gateway_is_ready(Suite suite)
    {
        using var client = suite.CreateClient();
        using var answer = await client.GetAsync("/health/ready");
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK), suite.Log("gateway"));
    }

    /// <summary>Every process that was started with this run's state folder in its environment.</summary>
    private static string[] ProcessesOf(Suite suite)
    {
        return [.. Directory.EnumerateDirectories("/proc").Where(process => Read(process, "environ").Contains($"SUITE_HOME={suite.Home}\0", StringComparison.Ordinal))
            .Select(process => $"{Path.GetFileName(process)}: {Read(process, "cmdline").Replace('\0', ' ')}")];

        static string Read(string process, string file)
        {
            try
            {
                return File.ReadAllText(Path.Combine(process, file));
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
            {
                return ""; // no process, or gone, or not ours
            }
        }
    }
}
