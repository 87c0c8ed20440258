using TestSupport;

namespace Benchmarks.Subjects;

/// <summary>Where the bench keeps its things, and where the models and photos are.</summary>
public sealed record BenchFolders(string Root, string Data)
{
    public string Home => Path.Combine(Root, "home");

    public string Models => Path.Combine(Root, "models");

    public string Results => Path.Combine(Root, "results");

    public static BenchFolders Find()
    {
        var data = SuiteData.Find() ?? throw new InvalidOperationException("The models and photos are missing: set SUITE_DATA to their folder (docs/performance.md).");
        var folders = new BenchFolders(Repository.Path(".suite", "bench"), data);
        Directory.CreateDirectory(folders.Results);
        return folders;
    }
}
