using System.Buffers.Binary;
using System.Diagnostics;
using Imaging;
using NUnit.Framework;
using TestSupport;

namespace Accuracy.Imaging;

/// <summary>
/// Damaged copies of every odd file: each is decoded or refused, the process neither dies nor grows.
/// Run with <c>dotnet test tests/Accuracy --filter MutationFuzz -- 'TestRunParameters.Parameter(name="fuzzFiles",value="20000")'</c>.
/// </summary>
[Explicit("takes a minute")]
public class MutationFuzzTests
{
    private const int Seed = 20;
    /// <summary>A file of a request must not keep a processor for longer: generous for a busy machine, hopeless for a file built to hurt.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    private const long MaxGrowthBytes = 600L * 1024 * 1024;

    [Test]
    public void Damaged_files_are_decoded_or_refused_and_nothing_else()
    {
        var files = int.Parse(TestContext.Parameters.Get("fuzzFiles", "3000"), System.Globalization.CultureInfo.InvariantCulture);
        var originals = Directory.EnumerateFiles(SuiteData.Path("decode"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(File.ReadAllBytes).Concat(AvifImages.All).Where(IsAccepted).ToArray();
        // Small enough to be quick, large enough for every file of the collection.
        var decoder = new ImageDecoder(new ImageLimits { MaxPixels = 4_000_000 });
        var preprocessor = new ImagePreprocessor(new ImageInput { Width = 64, Height = 64, Resize = ResizeMode.CoverCrop });
        var tensor = new float[preprocessor.Length];
        var random = new Random(Seed);
        var outcomes = new SortedDictionary<string, int>();
        var (before, slowest, slowestFormat) = (0L, TimeSpan.Zero, "");

        for (var i = 0; i < files; i++)
        {
            // What the first files allocate is the process warming up.
            if (i == Math.Min(500, files / 2))
                before = WorkingSet();
            var file = Mutate(originals[random.Next(originals.Length)], random);
            using var deadline = new CancellationTokenSource(Deadline);
            var started = Stopwatch.GetTimestamp();
            string outcome;
            try
            {
                decoder.Prepare(file, preprocessor, tensor, deadline.Token);
                outcome = "decoded";
            }
            catch (ImageRejectedException e)
            {
                outcome = e.Reason.ToString();
            }
            outcome = $"{FormatOf(file)} {outcome}";
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
            var took = Stopwatch.GetElapsedTime(started);
            if (took > slowest)
                (slowest, slowestFormat) = (took, FormatOf(file));
        }

        var growth = WorkingSet() - before;
        TestContext.Progress.WriteLine($"figure: {files} damaged files: {string.Join(", ", outcomes.Select(o => $"{o.Value} {o.Key}"))}");
        TestContext.Progress.WriteLine($"figure: slowest {slowest.TotalMilliseconds:0} ms ({slowestFormat}); working set {before >> 20} MB, then {growth >> 20} MB more");
        Assert.That(growth, Is.LessThan(MaxGrowthBytes));
        Assert.That(slowest, Is.LessThan(Deadline));
    }

    private static string FormatOf(byte[] file) => file switch
    {
        [0xFF, 0xD8, ..] => "JPEG",
        [0x89, (byte)'P', ..] => "PNG",
        [(byte)'R', (byte)'I', ..] => "WebP",
        [(byte)'G', (byte)'I', ..] => "GIF",
        [(byte)'I', (byte)'I', ..] or [(byte)'M', (byte)'M', ..] => "TIFF",
        [(byte)'B', (byte)'M', ..] => "BMP",
        [_, _, _, _, (byte)'f', (byte)'t', ..] => "AVIF",
        _ => "other",
    };

    private static bool IsAccepted(byte[] file)
    {
        try
        {
            return file.Length < 400_000 && ImageDecoder.AcceptedFormats.Contains(new ImageDecoder(new ImageLimits()).ReadHeader(file).Format);
        }
        catch (ImageRejectedException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var file = (byte[])original.Clone();
        var kind = random.Next(5);
        if (kind == 0)
            file = file[..random.Next(file.Length)];
        if (kind == 1)
        {
            var (from, to, length) = (random.Next(file.Length), random.Next(file.Length), random.Next(1, 2000));
            file = [.. file[..to], .. file.Skip(from).Take(length), .. file[to..]];
        }
        // Headers are short and decide most: every other round hits only them.
        var reach = random.Next(2) == 0 ? Math.Min(file.Length, 700) : file.Length;
        for (var hits = kind < 2 ? random.Next(3) : random.Next(1, 12); hits > 0 && reach > 0; hits--)
            file[random.Next(reach)] = random.Next(4) switch { 0 => 0xFF, 1 => 0, _ => (byte)random.Next(256) };
        if (random.Next(2) == 0)
            RepairChecksums(file);
        return file;
    }

    /// <summary>A damaged PNG chunk gets as far as its checksum; a repaired one gets to the code behind it.</summary>
    private static void RepairChecksums(byte[] file)
    {
        if (file.Length < 8 || file[0] != 0x89)
            return;
        for (var at = 8; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at));
            if (length > file.Length - at - 12)
                return;
            var end = at + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Crc32(file.AsSpan(at + 4, (int)length + 4)));
            at = end + 4;
        }
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
        }
        return ~crc;
    }

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
