using InferenceService.Models;
using InferenceService.Tasks;
using Microsoft.Extensions.Options;
using NUnit.Framework;
using TestSupport;

namespace Unit.InferenceService.Tasks;

public class TaskFolderTests
{
    [Test]
    public void At_start_inputs_that_were_left_go_and_other_files_stay()
    {
        var folder = Repository.NewTemporaryFolder("tasks");
        foreach (var extension in new[] { "incoming", "input", "partial" })
            File.WriteAllText(Path.Combine(folder, $"{Guid.NewGuid():N}.{extension}"), "left by a crash");
        string[] foreign = ["customers.db", "my.input", $"{Guid.NewGuid():N}.txt"];
        foreach (var name in foreign)
            File.WriteAllText(Path.Combine(folder, name), "somebody else's");

        _ = new TaskFolder(Options.Create(new TaskOptions { SpoolPath = folder }), Options.Create(new ModelOptions()));

        Assert.That(Directory.GetFiles(folder).Select(Path.GetFileName), Is.EquivalentTo(foreign));
    }
}
