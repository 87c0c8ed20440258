using System.Diagnostics;

namespace Benchmarks.Subjects;

/// <summary>A size that is measured, and its JPEGs: made once from the photos of SUITE_DATA, kept below <c>.suite/bench</c>.</summary>
public sealed record Photos(string Size, int Width, int Height)
{
    private const int Count = 32;

    public static Photos Small { get; } = new("320x240", 320, 240);

    public static Photos Medium { get; } = new("640x480", 640, 480);

    public static Photos Large { get; } = new("1920x1080", 1920, 1080);

    public static IReadOnlyList<Photos> All { get; } = [Small, Medium, Large];

    /// <returns>The folder.</returns>
    public async Task<string> MakeAsync(BenchFolders folders, CancellationToken cancellation)
    {
        var folder = Path.Combine(folders.Root, "photos", Size);
        if (Directory.Exists(folder) && Directory.GetFiles(folder, "*.jpg").Length == Count)
            return folder;
        var script = Path.Combine(AppContext.BaseDirectory, "Subjects", "make_photos.py");
        using var python = Process.Start(new ProcessStartInfo(
            "/usr/bin/python3", [script, Path.Combine(folders.Data, "imagenet", "images"), folder, $"{Width}", $"{Height}", $"{Count}"]))!;
        await python.WaitForExitAsync(cancellation);
        return python.ExitCode == 0 ? folder : throw new InvalidOperationException("The photos could not be made: is python3-pil installed?");
    }
}
