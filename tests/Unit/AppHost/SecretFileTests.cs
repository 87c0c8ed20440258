using InferenceSuite.AppHost;
using NUnit.Framework;
using TestSupport;

namespace Unit.AppHost;

public class SecretFileTests
{
    private string folder = null!;

    [SetUp]
    public void Create() => folder = Repository.NewTemporaryFolder("secrets");

    [TearDown]
    public void Delete() => Directory.Delete(folder, recursive: true);

    private string File => Path.Combine(folder, "secrets", "master-key");

    [Test]
    public void A_secret_is_made_once_and_its_owner_alone_reads_it()
    {
        Assert.That(SecretFile.ReadOrCreate(File, () => "one"), Is.EqualTo("one"));
        Assert.That(SecretFile.ReadOrCreate(File, () => "another"), Is.EqualTo("one"));
        Assert.That(Directory.GetFiles(Path.GetDirectoryName(File)!), Is.EqualTo(new[] { File }));
        if (!OperatingSystem.IsWindows())
            Assert.That(System.IO.File.GetUnixFileMode(File), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void A_start_that_dies_leaves_nothing_that_counts_as_a_secret()
    {
        Assert.That(() => SecretFile.ReadOrCreate(File, () => throw new IOException("the machine stops")), Throws.InstanceOf<IOException>());
        Assert.That(File, Does.Not.Exist);
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText($"{File}.new", ""); // it stopped between opening and writing
        Assert.That(SecretFile.ReadOrCreate(File, () => "one"), Is.EqualTo("one"));
    }

    [TestCase("")]
    [TestCase("\n")]
    public void An_empty_secret_is_an_error_and_not_no_secret(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        System.IO.File.WriteAllText(File, content);
        Assert.That(() => SecretFile.ReadOrCreate(File, () => "another"), Throws.InvalidOperationException.With.Message.Contains(File).And.Message.Contains("empty"));
        Assert.That(System.IO.File.ReadAllText(File), Is.EqualTo(content));
    }
}
