using System.Buffers.Binary;
using System.IO.Compression;
using InferenceService.Tasks;
using Intake;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.Tasks;

public class ZipImagesTests
{
    private const int DirectoryHeader = 0x02014b50, End = 0x06054b50;
    private static readonly TaskOptions Options = new() { MaxZipEntries = 20, MaxUnzippedBytes = 1_000_000, MaxZipRatio = 50 };

    [Test]
    public void Only_files_count_and_their_names_are_shown_without_what_controls_a_terminal()
    {
        using var zip = Open(Zip(("a/", 0), ("a/b.png", 10), ("__MACOSX/a/._b.png", 10), (".DS_Store", 10), ("c\u001b[31m.png", 10)));
        Assert.That(Enumerable.Range(0, zip.Count).Select(zip.NameOf), Is.EqualTo((string[])["a/b.png", "c[31m.png"]));
    }

    [Test]
    public void Too_many_entries_are_refused_by_the_number_they_admit_to() =>
        Assert.That(() => Open(Zip(Many(21))), Refused(413, "21 entries"));

    [Test]
    public void Too_many_entries_are_refused_when_the_number_is_a_lie()
    {
        var zip = Zip(Many(2000));
        var end = Find(zip, End);
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(end + 8), 1);
        BinaryPrimitives.WriteUInt16LittleEndian(zip.AsSpan(end + 10), 1);
        Assert.That(() => Open(zip), Refused(413, "a directory too large"));
    }

    [Test]
    public void More_than_may_be_unpacked_is_refused_by_what_the_directory_says() =>
        Assert.That(() => Open(Zip(("a", 600_000), ("b", 600_000))), Refused(413, "Tasks:MaxUnzippedBytes"));

    [Test]
    public void What_shrinks_too_well_is_refused() => Assert.That(() => Open(Zip(("zeros", 900_000))), Refused(413, "Tasks:MaxZipRatio"));

    [Test]
    public async Task An_entry_that_is_larger_than_it_says_is_not_unpacked_further()
    {
        var zip = Zip(("a", 10_000));
        BinaryPrimitives.WriteInt32LittleEndian(zip.AsSpan(Find(zip, DirectoryHeader) + 24), 10); // uncompressed size
        using var images = Open(zip);
        Assert.That(images.BytesOf(0), Is.EqualTo(10));
        var content = new byte[10];
        await images.ReadAsync(0, content, CancellationToken.None);
        Assert.That(content, Is.All.EqualTo(1));
    }

    [Test]
    public void A_damaged_entry_fails_alone()
    {
        var zip = Zip(("a", 5000), ("b", 10));
        zip.AsSpan(31, 8).Fill(0xFF); // its packed bytes, behind a header of 30 and the name
        using var images = Open(zip);
        Assert.That(() => images.ReadAsync(0, new byte[5000], CancellationToken.None), Refused(422, "damaged"));
        Assert.That(() => images.ReadAsync(1, new byte[10], CancellationToken.None), Throws.Nothing);
    }

    [TestCase(1)]
    [TestCase(22)]
    [TestCase(60)]
    public void A_zip_cut_off_is_refused(int missing) => Assert.That(() => Open(Zip(("a", 100))[..^missing]), Refused(422, "cut off"));

    [Test]
    public void A_directory_said_to_lie_beyond_the_end_is_refused()
    {
        var zip = Zip(("a", 100));
        BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(Find(zip, End) + 16), (uint)zip.Length);
        Assert.That(() => Open(zip), Refused(422, "cut off"));
    }

    private static NUnit.Framework.Constraints.IResolveConstraint Refused(int status, string message) =>
        Throws.InstanceOf<ProblemException>().With.Property("Status").EqualTo(status).And.Message.Contains(message);

    private static ZipImages Open(byte[] zip) => ZipImages.Open(new MemoryStream(zip), Options);

    private static (string, int)[] Many(int count) => [.. Enumerable.Range(0, count).Select(i => ($"{i}", 0))];

    /// <summary>Entries of that many ones each.</summary>
    private static byte[] Zip(params (string Name, int Bytes)[] files)
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, count) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Enumerable.Repeat((byte)1, count).ToArray());
            }
        }
        return bytes.ToArray();
    }

    private static int Find(byte[] zip, int signature)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, signature);
        return zip.AsSpan().LastIndexOf(bytes);
    }
}
