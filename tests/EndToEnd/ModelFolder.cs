using System.Text.Json.Nodes;
using TestSupport;

namespace EndToEnd;

/// <summary>
/// The folder of models that the tests serve: those that ship, and a second version of report-scorer, the same file under
/// another number, to promote and roll back.
/// </summary>
internal static class ModelFolder
{
    private static string? folder;

    public static string Create()
    {
        folder = Repository.NewTemporaryFolder("models");
        foreach (var package in Directory.EnumerateFiles(Repository.Path("models"), "model.json", SearchOption.AllDirectories).Select(Path.GetDirectoryName))
            Copy(package!, Path.Combine(folder, Path.GetRelativePath(Repository.Path("models"), package!)));

        var second = Path.Combine(folder, "report-scorer", "2");
        Copy(Path.Combine(folder, "report-scorer", "1"), second);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(second, "model.json")))!;
        manifest["version"] = "2";
        File.WriteAllText(Path.Combine(second, "model.json"), manifest.ToJsonString());
        return folder;
    }

    public static void Delete()
    {
        if (folder is not null)
            Directory.Delete(folder, recursive: true);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.EnumerateFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }
}
