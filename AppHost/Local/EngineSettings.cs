using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Local;

/// <summary>Where the local engine keeps things. The state folder is <c>SUITE_HOME</c>, <c>.suite</c> in the repository when absent.</summary>
internal sealed class EngineSettings(IConfiguration configuration, string appHostDirectory)
{
    public string Repository { get; } = Path.GetFullPath("..", appHostDirectory);

    public string Home => Path.GetFullPath(configuration["SUITE_HOME"] ?? ".suite", Repository);

    /// <summary>One log file per resource.</summary>
    public string Log(string resource) => Path.Combine(Home, "logs", $"{resource}.log");

    /// <summary>A file named like a resource in this folder asks for that resource to be down (<c>suite stop</c>).</summary>
    public string StopRequests => Path.Combine(Home, "stopped");

    public string Record => Path.Combine(Home, "run.json");

    /// <summary>How long a resource may take until it is healthy for the first time: <c>SUITE_START_SECONDS</c>, 120 when absent.</summary>
    public TimeSpan StartDeadline { get; } = TimeSpan.FromSeconds(double.Parse(configuration["SUITE_START_SECONDS"] ?? "120"));

    /// <summary>Where a project's build output is: beside the AppHost's own, in the same configuration.</summary>
    public static string BuildOutput(string projectPath)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var project = Path.GetFileNameWithoutExtension(projectPath);
        return Path.GetFullPath(Path.Combine(own, "..", "..", project, Path.GetFileName(own), $"{project}.dll"));
    }
}
