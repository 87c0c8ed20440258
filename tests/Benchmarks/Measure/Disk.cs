using System.Diagnostics;

namespace Benchmarks.Measure;

public static class Disk
{
    /// <summary>Milliseconds of one 4 kB write that is on the disk when it returns, in the folder's file system.</summary>
    public static (double MedianMs, double P99Ms) Fsync(string folder)
    {
        var file = Path.Combine(folder, "fsync-probe");
        var block = new byte[4096];
        var took = new double[300];
        using (var stream = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
        {
            for (var i = 0; i < took.Length; i++)
            {
                var started = Stopwatch.GetTimestamp();
                stream.Position = i % 16 * block.Length;
                stream.Write(block);
                stream.Flush(flushToDisk: true);
                took[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        }
        Array.Sort(took);
        return (Load.Latencies.Percentile(took, 50), Load.Latencies.Percentile(took, 99));
    }
}
