using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd;

/// <summary>What the tier measures and prints; nothing here can fail a test.</summary>
internal static class Figures
{
    private static readonly string[] Services = ["auth", "gateway", "storage", "training", "inference-0", "feedback"];
    private const int WarmUps = 20;
    private const int Calls = 100;

    public static async Task PrintAsync(Suite suite, TimeSpan startedIn)
    {
        Print($"start to healthy (built already): {startedIn.TotalSeconds:0.0} s");
        PrintMemory(suite, "after all tests");
        await PrintLatencyAsync();
    }

    public static void PrintMemory(Suite suite, string when)
    {
        var resident = Services.ToDictionary(service => service, service => ResidentBytes(suite.Find(service).Pid!.Value) / 1e6);
        Print($"resident memory of the six services {when}: {resident.Values.Sum():0} MB ({string.Join(", ", resident.Select(each => $"{each.Key} {each.Value:0}"))})");
    }

    private static async Task PrintLatencyAsync()
    {
        if (SuiteData.Find() is not { } data)
        {
            Print("latency of a photo: not measured, SUITE_DATA is missing");
            return;
        }
        // 640x480 pixels: photos of the test split, each sent once.
        var photos = PhotosOf(data).Take(WarmUps + Calls).ToArray();
        using var caller = Caller.Guest();
        var milliseconds = new List<double>();
        foreach (var photo in photos)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await caller.PostImageAsync(photo);
            answer.EnsureSuccessStatusCode();
            milliseconds.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        var measured = milliseconds.Skip(WarmUps).Order().ToArray();
        Print($"one 640x480 JPEG through the gateway, idle, recorded and stored: p50 {measured[measured.Length / 2]:0.0} ms, p90 {measured[measured.Length * 9 / 10]:0.0} ms over {measured.Length} different photos");
    }

    /// <summary>One real 640x480 JPEG made different each time by a comment segment, which decoders skip.</summary>
    private static IEnumerable<byte[]> PhotosOf(string data)
    {
        var photo = File.ReadAllBytes(Path.Combine(data, "mask", "without_mask", "424.jpg"));
        for (var i = 0; ; i++)
        {
            var comment = BitConverter.GetBytes(i ^ Environment.ProcessId << 8);
            yield return [.. photo[..2], 0xFF, 0xFE, 0x00, 0x06, .. comment, .. photo[2..]];
        }
    }

    private static long ResidentBytes(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.WorkingSet64;
    }

    private static void Print(string line) => TestContext.Progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"figure: {line}"));
}
