using Microsoft.Extensions.Options;
using NUnit.Framework;
using TestSupport;
using TrainingService.Runs;
using TrainingService.Runs.Training;

namespace Unit.TrainingService.Runs;

/// <summary>Rows of people lie there.</summary>
public sealed class RunFoldersTests
{
    private string root = null!;

    [SetUp]
    public void Make() => root = Repository.NewTemporaryFolder("runs");

    [TearDown]
    public void Remove() => Directory.Delete(root, recursive: true);

    [Test]
    public void What_a_crash_left_is_gone_after_the_next_start_and_what_another_replica_works_on_is_not()
    {
        using var other = New();
        File.WriteAllText(Path.Combine(other.Path, "rows.bin"), "rows");
        var leftOver = Directory.CreateDirectory(Path.Combine(root, $"4711-{Guid.NewGuid():N}", "run-1")).Parent!;
        File.WriteAllText($"{leftOver.FullName}.lock", "");

        using var next = New();

        Assert.That(leftOver.Exists && Directory.Exists(leftOver.FullName), Is.False);
        Assert.That(File.Exists($"{leftOver.FullName}.lock"), Is.False);
        Assert.That(File.Exists(Path.Combine(other.Path, "rows.bin")), Is.True);
    }

    [TestCase("backups", false)]
    [TestCase("backups", true)]
    [TestCase("4711-0123456789abcdef0123456789abcdef", false)]
    public void A_folder_that_is_not_of_a_run_stays_with_what_is_in_it(string name, bool hasLockFile)
    {
        var theirs = Path.Combine(Directory.CreateDirectory(Path.Combine(root, name)).FullName, "years of work");
        File.WriteAllText(theirs, "all of it");
        if (hasLockFile)
            File.WriteAllText(Path.Combine(root, $"{name}.lock"), "");

        using var folders = New();

        Assert.That(File.Exists(theirs), Is.True);
        Assert.That(File.Exists(Path.Combine(root, $"{name}.lock")), Is.EqualTo(hasLockFile));
    }

    [Test]
    public void Nobody_else_on_the_machine_may_read_it()
    {
        using var folders = New();
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(folders.Path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void Nothing_is_left_of_one_that_ends()
    {
        New().Dispose();
        Assert.That(Directory.EnumerateFileSystemEntries(root), Is.Empty);
    }

    private RunFolders New() => new(Options.Create(new RunOptions { WorkPath = root }));
}
