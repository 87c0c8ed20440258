namespace TestSupport;

/// <summary>Paths of the checkout that the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Path(params string[] parts) => System.IO.Path.Combine([Root, .. parts]);

    /// <summary>
    /// A new folder for one test's state, short enough for a socket's path and open to other users (Postgres as root needs that). Gone when the
    /// process of the tests ends, if the test has not deleted it before.
    /// </summary>
    public static string NewTemporaryFolder(string name)
    {
        var folder = Directory.CreateTempSubdirectory($"suite-{name}-");
        if (!OperatingSystem.IsWindows())
            folder.UnixFileMode |= UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(folder);
        return folder.FullName;
    }

    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Deleted already, or kept open by a process that outlives this one: the system clears its temporary files.
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "InferenceSuite.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"No InferenceSuite.sln above {AppContext.BaseDirectory}.");
    }
}
