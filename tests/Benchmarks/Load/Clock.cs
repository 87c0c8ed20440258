using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>Sleeping to a point in time that Stopwatch would show. Thread.Sleep knows whole milliseconds only.</summary>
internal static class Clock
{
    private const int Monotonic = 1, Absolute = 1, Interrupted = 4;

    /// <param name="timestamp">A Stopwatch timestamp: CLOCK_MONOTONIC in nanoseconds on Linux.</param>
    public static void SleepUntil(long timestamp)
    {
        var time = new TimeSpec { Seconds = timestamp / 1_000_000_000, Nanoseconds = timestamp % 1_000_000_000 };
        while (clock_nanosleep(Monotonic, Absolute, ref time, IntPtr.Zero) == Interrupted)
        {
        }
    }

    [DllImport("libc")]
    private static extern int clock_nanosleep(int clock, int flags, ref TimeSpec time, IntPtr remaining);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
