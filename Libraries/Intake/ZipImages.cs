using System.IO.Compression;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>The images of a zip, in its order. Names are shown and never used as paths.</summary>
public sealed class ZipImages : IDisposable
{
    private const int MaxNameCharacters = 256;
    private readonly ZipArchive archive;
    private readonly ZipArchiveEntry[] entries;

    private ZipImages(ZipArchive archive, IntakeOptions limits, long zipBytes)
    {
        this.archive = archive;
        entries = [.. archive.Entries.Where(IsFile)];
        var unzipped = entries.Sum(entry => (decimal)entry.Length);
        if (unzipped > limits.MaxUnzippedBytes)
            throw ProblemException.TooLarge("body", $"Unpacked, the zip has {unzipped} bytes; at most {limits.MaxUnzippedBytes} are taken {limits.Setting("MaxUnzippedBytes")}.");
        if (unzipped > (decimal)zipBytes * limits.MaxZipRatio)
            throw ProblemException.TooLarge("body", $"Unpacked, the zip is more than {limits.MaxZipRatio} times larger {limits.Setting("MaxZipRatio")}.");
    }

    public int Count => entries.Length;

    /// <param name="zip">Seekable; stays open.</param>
    /// <exception cref="ProblemException">413: too many entries or too much in them; 422: no whole zip.</exception>
    public static ZipImages Open(Stream zip, IntakeOptions limits)
    {
        ZipDirectory.Check(zip, limits);
        ZipArchive? archive = null;
        try
        {
            zip.Position = 0;
            archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
            return new ZipImages(archive, limits, zip.Length);
        }
        catch (Exception e)
        {
            archive?.Dispose();
            if (e is InvalidDataException)
                throw ZipDirectory.Truncated();
            throw;
        }
    }

    public string NameOf(int index) => new([.. entries[index].FullName.Where(c => !char.IsControl(c)).Take(MaxNameCharacters)]);

    public long BytesOf(int index) => entries[index].Length;

    /// <summary>Unpacks one entry, as many bytes as the directory says and not one more. One at a time.</summary>
    /// <param name="destination">Of that length exactly.</param>
    /// <exception cref="ProblemException">422: the entry is encrypted, damaged, or packed in a way nobody knows here.</exception>
    public async Task ReadAsync(int index, Memory<byte> destination, CancellationToken cancellation)
    {
        if (entries[index].IsEncrypted)
            throw Unreadable("encrypted");
        try
        {
            await using var content = await entries[index].OpenAsync(cancellation);
            await content.ReadExactlyAsync(destination, cancellation);
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or EndOfStreamException)
        {
            throw Unreadable("damaged");
        }
    }

    public void Dispose() => archive.Dispose();

    private static ProblemException Unreadable(string how) => ProblemException.Unusable("file", $"This entry of the zip is {how}.", "undecodable-image");

    /// <summary>Not a folder, and nothing that a Mac adds on its own.</summary>
    private static bool IsFile(ZipArchiveEntry entry) =>
        entry.Name.Length > 0 && !entry.FullName.StartsWith("__MACOSX/", StringComparison.Ordinal) && entry.Name != ".DS_Store";
}
