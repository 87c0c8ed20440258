using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace TrainingService.Runs.Training;

/// <summary>
/// Where the rows of runs lie while they are worked on, for nobody else to read. Each process has a folder of its own, beside a file that it keeps
/// locked: one whose file nobody holds is what a crash left, and goes when the next process starts. Whatever else lies there is somebody else's and stays.
/// </summary>
internal sealed partial class RunFolders : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const string LockFile = ".lock";
    private readonly FileStream held;

    public RunFolders(IOptions<RunOptions> options)
    {
        var root = options.Value.WorkPath is { } configured ? Directory.CreateDirectory(configured).FullName
            : MakePrivate(System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"suite-runs-{Environment.UserName}"));
        RemoveLeftOver(root);
        Path = System.IO.Path.Combine(root, $"{Environment.ProcessId}-{Guid.NewGuid():N}");
        held = Lock(Path, FileMode.CreateNew); // first: a folder whose file nobody holds is left over
        MakePrivate(Path);
    }

    public string Path { get; }

    /// <summary>An empty folder, gone when it is disposed.</summary>
    public RunFolder Create(Run run) => new(Directory.CreateDirectory(System.IO.Path.Combine(Path, $"{run.Id}-{run.LeaseEpoch}")).FullName);

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
        held.Dispose();
        File.Delete(Path + LockFile);
    }

    private static FileStream Lock(string folder, FileMode mode) => new(folder + LockFile, mode, FileAccess.ReadWrite, FileShare.None);

    private static void RemoveLeftOver(string root)
    {
        foreach (var folder in Directory.EnumerateDirectories(root).Where(folder => OwnName().IsMatch(System.IO.Path.GetFileName(folder)) && File.Exists(folder + LockFile)))
        {
            try
            {
                using (Lock(folder, FileMode.Open))
                    Directory.Delete(folder, recursive: true);
                File.Delete(folder + LockFile);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another process works there, or removes it just now; or it is somebody else's.
            }
        }
    }

    /// <summary>As the constructor names them.</summary>
    [GeneratedRegex("^[0-9]+-[0-9a-f]{32}$")]
    private static partial Regex OwnName();

    private static string MakePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
            return Directory.CreateDirectory(path).FullName;
        var folder = Directory.CreateDirectory(path, OwnerOnly).FullName;
        File.SetUnixFileMode(folder, OwnerOnly); // one that was there may have been open, and one of somebody else's is refused
        return folder;
    }
}

/// <summary>What the service and the process that trains hand each other.</summary>
internal sealed class RunFolder(string path) : IDisposable
{
    public string Path => path;

    /// <summary>What is to be done: <see cref="TrainerOrder"/>.</summary>
    public string Order => System.IO.Path.Combine(path, "order.json");

    /// <summary>What to train on: <see cref="RowsFile"/>.</summary>
    public string Rows => System.IO.Path.Combine(path, "rows.bin");

    /// <summary>For images: the model that the head is put upon.</summary>
    public string Backbone => System.IO.Path.Combine(path, "backbone.onnx");

    /// <summary>For images: some that are judged by, for the whole file to be run on (<see cref="ImageSamples"/>).</summary>
    public string Images => System.IO.Path.Combine(path, "images.bin");

    /// <summary>What was trained.</summary>
    public string Model => System.IO.Path.Combine(path, "model.onnx");

    /// <summary>What came of it: <see cref="TrainerResult"/>.</summary>
    public string Result => System.IO.Path.Combine(path, "result.json");

    /// <summary>int16, little endian: the class predicted for each reference row, in the order of the rows.</summary>
    public string Answers => System.IO.Path.Combine(path, "answers.bin");

    public void Dispose() => Directory.Delete(path, recursive: true);
}
