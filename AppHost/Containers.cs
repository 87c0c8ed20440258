using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace InferenceSuite.AppHost;

/// <summary>
/// Servers as containers, where a container runtime answers. It is asked first: a container without a runtime fails only
/// after a while, and what waits for it would wait for ever.
/// </summary>
internal static class Containers
{
    private static readonly Lazy<bool> RuntimeAnswers = new(() =>
        (Environment.GetEnvironmentVariable("ASPIRE_CONTAINER_RUNTIME") is { } chosen ? [chosen] : new[] { "docker", "podman" }).Any(Answers));

    public static Server? AddPostgres(IDistributedApplicationBuilder builder, SuiteSettings settings, string[] databases)
    {
        if (!RuntimeAnswers.Value)
            return null;

        var server = builder.AddPostgres("postgres", password: Password(builder, settings, "postgres"))
            .WithDataVolume(VolumeName("postgres", settings));
        return new(databases.ToDictionary(
            database => database,
            database => (IResourceBuilder<IResourceWithConnectionString>)server.AddDatabase($"{database}-connection", database)), server);
    }

    public static Server? AddRabbitMQ(IDistributedApplicationBuilder builder, SuiteSettings settings)
    {
        if (!RuntimeAnswers.Value)
            return null;

        var server = builder.AddRabbitMQ("rabbitmq", password: Password(builder, settings, "rabbitmq"))
            .WithDataVolume(VolumeName("rabbitmq", settings));
        return new(new Dictionary<string, IResourceBuilder<IResourceWithConnectionString>> { ["rabbitmq"] = server }, server);
    }

    private static IResourceBuilder<ParameterResource> Password(IDistributedApplicationBuilder builder, SuiteSettings settings, string server) =>
        builder.AddParameter($"{server}-password", settings.Secret($"{server}-password"), secret: true);

    /// <summary>A volume belongs to a state folder and the password kept there: with a new password the old data could not be opened.</summary>
    private static string VolumeName(string server, SuiteSettings settings)
    {
        var owner = SHA256.HashData(Encoding.UTF8.GetBytes($"{settings.Home}\n{settings.Secret($"{server}-password")}"));
        return $"inferencesuite-{server}-{Convert.ToHexStringLower(owner.AsSpan(0, 6))}";
    }

    private static bool Answers(string runtime)
    {
        try
        {
            using var info = Process.Start(new ProcessStartInfo(runtime, "info") { RedirectStandardOutput = true, RedirectStandardError = true })!;
            info.OutputDataReceived += delegate { };
            info.ErrorDataReceived += delegate { };
            info.BeginOutputReadLine();
            info.BeginErrorReadLine();
            if (info.WaitForExit(TimeSpan.FromSeconds(3)))
                return info.ExitCode == 0;
            info.Kill();
            return false;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
