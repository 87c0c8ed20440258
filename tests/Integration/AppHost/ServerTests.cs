using NUnit.Framework;
using TestSupport;

namespace Integration.AppHost;

/// <summary>The scripts that become Postgres and RabbitMQ: ready when they say so, and back after a kill.</summary>
public class ServerTests
{
    [Test]
    public async Task Postgres_comes_back_after_a_kill_with_its_data_and_port()
    {
        await using var server = await PostgresServer.StartNewAsync();

        await server.KillAsync();
        await server.StartAsync();
        await server.RestartAsync();

        Assert.That(server.Log, Does.Contain("database system was not properly shut down").And.Contain("database system was shut down at"));
    }

    [Test]
    public async Task RabbitMQ_comes_back_after_a_kill_and_leaves_no_epmd()
    {
        await using var server = await RabbitMqServer.StartNewAsync();

        await server.KillAsync();
        await server.StartAsync();
        await server.StopAsync();

        var left = Directory.EnumerateDirectories("/proc").Select(process => Path.Combine(process, "cmdline"))
            .Where(File.Exists).Select(Read).Where(commandLine => commandLine.Contains(server.DataFolder, StringComparison.Ordinal));
        Assert.That(left, Is.Empty);

        static string Read(string file)
        {
            try
            {
                return File.ReadAllText(file);
            }
            catch (IOException)
            {
                return "";
            }
        }
    }
}
