using NUnit.Framework;

namespace TestSupport;

/// <summary>The real models and images that some tests need and the repository does not hold.</summary>
public static class SuiteData
{
    private const string Variable = "SUITE_DATA";

    /// <summary>
    /// The path of a file or folder in the data. Without the data the calling test is skipped, and where the environment
    /// says CI=true it fails: there the data must be.
    /// </summary>
    public static string Path(params string[] parts)
    {
        var folder = Find();
        if (folder is null)
            Missing($"The test data are missing: set {Variable} to their folder, or put them into ../shared/data beside the repository.");
        var path = System.IO.Path.Combine([folder!, .. parts]);
        if (!System.IO.Path.Exists(path))
            Missing($"The test data have no {string.Join('/', parts)} ({folder}).");
        return path;
    }

    /// <summary>The folder of the data; null where there is none.</summary>
    public static string? Find()
    {
        var configured = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(configured))
            return Directory.Exists(configured) ? configured : null;
        var beside = System.IO.Path.Combine(Repository.Root, "..", "shared", "data");
        return Directory.Exists(beside) ? System.IO.Path.GetFullPath(beside) : null;
    }

    private static void Missing(string message)
    {
        if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase))
            Assert.Fail(message);
        Assert.Ignore(message);
    }
}
