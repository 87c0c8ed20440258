using System.Runtime.InteropServices;

namespace StorageService.Backends;

/// <summary>
/// What .NET lacks for durable names: a new or renamed entry is on disk only once its folder is synced.
/// Windows journals names itself and can't sync a folder.
/// </summary>
internal static class DurableFiles
{
    /// <summary>Creates the folder and those above it that are missing, each synced into its parent. Returns the path.</summary>
    public static string CreateFolder(string path)
    {
        if (Directory.Exists(path))
            return path;
        var parent = CreateFolder(Path.GetDirectoryName(path)!);
        Directory.CreateDirectory(path);
        SyncFolder(parent);
        return path;
    }

    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(path, flags: 0);
        if (descriptor < 0)
            throw Failure("open", path);
        try
        {
            if (Sync(descriptor) != 0)
                throw Failure("sync", path);
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    public static void DeleteIfEmpty(string path)
    {
        try
        {
            Directory.Delete(path);
        }
        catch (IOException) when (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            // In use again.
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else was faster.
        }
    }

    private static IOException Failure(string operation, string path) =>
        new($"Could not {operation} the folder '{path}': {Marshal.GetLastPInvokeErrorMessage()}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int descriptor);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int descriptor);
}
