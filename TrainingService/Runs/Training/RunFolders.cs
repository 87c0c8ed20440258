using Microsoft.Extensions.Options;

namespace TrainingService.Runs.Training;

/// <summary>Where the rows of runs lie while they are worked on. This process's own, so what lies there at start is left over.</summary>
internal sealed class RunFolders : IDisposable
{
    private readonly bool temporary;

    public RunFolders(IOptions<RunOptions> options)
    {
        temporary = options.Value.WorkPath is null;
        Path = Directory.CreateDirectory(options.Value.WorkPath ?? System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"suite-runs-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;
        foreach (var leftOver in Directory.EnumerateDirectories(Path))
            Directory.Delete(leftOver, recursive: true);
    }

    public string Path { get; }

    /// <summary>An empty folder, gone when it is disposed.</summary>
    public RunFolder Create(Run run) => new(Directory.CreateDirectory(System.IO.Path.Combine(Path, $"{run.Id}-{run.LeaseEpoch}")).FullName);

    public void Dispose()
    {
        if (temporary && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
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
