using InferenceService.Models;
using Intake;
using Microsoft.Extensions.Options;

namespace InferenceService.Tasks;

/// <summary>
/// Where inputs lie while they come in and while they are worked on. This replica's own, so inputs that lie there at start are left over; other files are not ours.
/// </summary>
internal sealed class TaskFolder
{
    public const string Input = ".input", Partial = ".partial";

    public TaskFolder(IOptions<TaskOptions> options, IOptions<ModelOptions> models)
    {
        Path = Directory.CreateDirectory(options.Value.SpoolPath ?? System.IO.Path.Combine(models.Value.CachePath, "tasks")).FullName;
        foreach (var leftOver in Directory.EnumerateFiles(Path).Where(IsOurs))
            File.Delete(leftOver);
    }

    public string Path { get; }

    private static bool IsOurs(string file) =>
        System.IO.Path.GetExtension(file) is Input or Partial or SpoolFile.Extension && Guid.TryParseExact(System.IO.Path.GetFileNameWithoutExtension(file), "N", out _);
}
