using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace ServiceDefaults.Processes;

/// <summary>
/// This program once more, in a process of its own: what hangs, crashes or eats memory there takes nothing else with it. The
/// process gets no secrets (a clean environment) and dies with this one, as long as it watches its standard input (<see cref="ParentWatch"/>).
/// </summary>
public static class OwnProcess
{
    // Where libraries are, and nothing of what the service was told.
    private static readonly string[] Inherited = ["PATH", "LD_LIBRARY_PATH", "DOTNET_ROOT", "SystemRoot", "TEMP", "TMPDIR"];

    /// <param name="own">The service's assembly, whose <c>Program</c> reads the arguments.</param>
    public static ProcessStartInfo Command(Assembly own, params string[] arguments)
    {
        var runsAsItself = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == own.GetName().Name;
        var command = new ProcessStartInfo(runsAsItself ? Environment.ProcessPath! : DotnetHost())
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in runsAsItself ? arguments : [own.Location, .. arguments])
            command.ArgumentList.Add(argument);

        command.Environment.Clear();
        foreach (var name in Inherited)
        {
            if (Environment.GetEnvironmentVariable(name) is { } value)
                command.Environment[name] = value;
        }
        command.Environment["DOTNET_gcServer"] = "0"; // a heap per processor is for services
        command.Environment["DOTNET_EnableDiagnostics"] = "0";
        return command;
    }

    /// <summary>What it holds in memory now; 0 when it has ended.</summary>
    public static long ResidentBytes(Process process)
    {
        try
        {
            process.Refresh();
            return process.HasExited ? 0 : process.WorkingSet64;
        }
        catch (InvalidOperationException) when (process.HasExited)
        {
            return 0; // it ended in between
        }
    }

    // Of the runtime that runs this process: <root>/shared/Microsoft.NETCore.App/<version>/.
    private static string DotnetHost() =>
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
}
