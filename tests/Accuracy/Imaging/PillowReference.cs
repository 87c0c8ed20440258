using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;

namespace Accuracy.Imaging;

/// <summary>Pillow's answer for one file. <paramref name="Folder"/> holds its pixels and resized pictures.</summary>
internal sealed record PillowAnswer(string File, string Folder, int Number, bool Accepted, int Width, int Height, string Mode, string Message)
{
    internal byte[] Pixels => System.IO.File.ReadAllBytes(Path.Combine(Folder, $"{Number}.rgb"));

    internal byte[] Resized(string name) => System.IO.File.ReadAllBytes(Path.Combine(Folder, $"{Number}.{name}"));
}

/// <summary>Runs pillow_reference.py over files and keeps what it wrote in a temporary folder until disposed.</summary>
internal sealed class PillowReference : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pillow-").FullName;

    internal PillowReference(IReadOnlyList<string> files)
    {
        var list = Path.Combine(_folder, "files.txt");
        File.WriteAllLines(list, files);
        Run(Path.Combine(AppContext.BaseDirectory, "pillow_reference.py"), list, _folder);
        Answers = [.. File.ReadLines(Path.Combine(_folder, "index.tsv")).Select(line => Parse(line.Split('\t'), files))];
    }

    internal IReadOnlyList<PillowAnswer> Answers { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private PillowAnswer Parse(string[] row, IReadOnlyList<string> files)
    {
        var number = int.Parse(row[0], CultureInfo.InvariantCulture);
        return new(files[number], _folder, number, row[1] == "ok", int.Parse(row[2], CultureInfo.InvariantCulture), int.Parse(row[3], CultureInfo.InvariantCulture), row[4], row[5]);
    }

    private static void Run(params string[] arguments)
    {
        // The distribution's Python: another one on the PATH rarely has Pillow, or has a newer one.
        var start = new ProcessStartInfo(File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3", arguments) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"Pillow's reference failed; it needs 'apt-get install python3-pil':\n{errors}");
    }
}
