using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Benchmarks.Measure;

/// <summary>What figures mean nothing without.</summary>
public sealed record Machine(string Processor, int Cores, double MemoryGb, string Kernel, string Runtime, string Commit, double FsyncMedianMs, double FsyncP99Ms)
{
    public static Machine Describe(string repository, string folder)
    {
        var fsync = Disk.Fsync(folder);
        return new Machine(
            Line("/proc/cpuinfo", "model name"), Environment.ProcessorCount,
            Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9, 1), Environment.OSVersion.Version.ToString(), RuntimeInformation.FrameworkDescription,
            FindCommit(repository), fsync.MedianMs, fsync.P99Ms);
    }

    private static string Line(string file, string field) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(field, StringComparison.Ordinal))?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string FindCommit(string repository) =>
        Git(repository, "rev-parse", "--short", "HEAD") is { } commit ? commit + (Git(repository, "status", "--porcelain") is "" ? "" : " with changes") : "unknown";

    private static string? Git(string repository, params string[] arguments)
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", repository, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Trim() : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no git: a source archive has no commit to name
        }
    }
}
