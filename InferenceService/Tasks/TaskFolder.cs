using InferenceService.Models;
using Microsoft.Extensions.Options;

namespace InferenceService.Tasks;

/// <summary>Where inputs lie while they come in and while they are worked on. This replica's own, so what lies there at start is left over.</summary>
internal sealed class TaskFolder
{
    public TaskFolder(IOptions<TaskOptions> options, IOptions<ModelOptions> models)
    {
        Path = Directory.CreateDirectory(options.Value.SpoolPath ?? System.IO.Path.Combine(models.Value.CachePath, "tasks")).FullName;
        foreach (var leftOver in Directory.EnumerateFiles(Path))
            File.Delete(leftOver);
    }

    public string Path { get; }
}
