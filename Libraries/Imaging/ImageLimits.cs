namespace Imaging;

/// <summary>What an <see cref="ImageDecoder"/> takes on. All but the last two are checked before any pixel is decoded.</summary>
public sealed record ImageLimits
{
    /// <summary>Largest file in bytes.</summary>
    public long MaxFileBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Largest width and largest height in pixels.</summary>
    public int MaxSidePixels { get; init; } = 16384;

    /// <summary>Largest width × height in pixels. A decoded image takes three bytes for each, an interlaced or progressive one several more while it is decoded.</summary>
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Most scans in a JPEG: each costs a pass over the whole picture, and a small file can hold thousands.</summary>
    public int MaxJpegScans { get; init; } = 100;

    /// <summary>Images decoded at the same time by one decoder; what else arrives waits on its own thread. Bounds both CPU and memory.</summary>
    public int MaxConcurrentDecodes { get; init; } = Environment.ProcessorCount;

    /// <summary>How long <see cref="ImageDecoder.Decode"/> waits for its turn before it throws <see cref="TimeoutException"/>.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(10);

    /// <exception cref="ArgumentException">A limit is not positive, or so large that a picture would not fit into one array; the message names it.</exception>
    public void Validate()
    {
        Require(MaxFileBytes is > 0 and <= int.MaxValue, nameof(MaxFileBytes), "1 to 2^31-1 bytes");
        Require(MaxSidePixels is > 0 and <= 65535, nameof(MaxSidePixels), "1 to 65535 pixels");
        Require(MaxPixels is > 0 and <= 500_000_000, nameof(MaxPixels), "1 to 500,000,000 pixels");
        Require(MaxJpegScans > 0, nameof(MaxJpegScans), "at least 1");
        Require(MaxConcurrentDecodes > 0, nameof(MaxConcurrentDecodes), "at least 1");
        Require(MaxWait >= TimeSpan.Zero && MaxWait.TotalMilliseconds <= int.MaxValue, nameof(MaxWait), "zero to 24 days");
    }

    private static void Require(bool holds, string name, string range)
    {
        if (!holds)
            throw new ArgumentException($"ImageLimits.{name} must be {range}.", name);
    }
}
