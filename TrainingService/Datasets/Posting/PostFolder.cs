using Intake;
using Microsoft.Extensions.Options;

namespace TrainingService.Datasets.Posting;

/// <summary>Where posts lie while they come in. This process's own, so posts that lie there at start are left over; other files are not ours.</summary>
internal sealed class PostFolder : IDisposable
{
    private readonly bool temporary;

    public PostFolder(IOptions<DatasetOptions> options)
    {
        temporary = options.Value.SpoolPath is null;
        Path = Directory.CreateDirectory(options.Value.SpoolPath ?? System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"suite-datasets-{Environment.ProcessId}-{Guid.NewGuid():N}")).FullName;
        foreach (var leftOver in Directory.EnumerateFiles(Path, $"*{SpoolFile.Extension}"))
            File.Delete(leftOver);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (temporary && Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
