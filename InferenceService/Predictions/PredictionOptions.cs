using System.ComponentModel.DataAnnotations;
using Imaging;
using Microsoft.Extensions.Options;

namespace InferenceService.Predictions;

/// <summary>The section <c>Predictions</c>.</summary>
public sealed class PredictionOptions
{
    /// <summary>Images in one request; more go through a task.</summary>
    [Range(1, 1024)]
    public int MaxImagesPerRequest { get; init; } = 32;

    /// <summary>Rows in one request; more go through a task.</summary>
    [Range(1, 100_000)]
    public int MaxRowsPerRequest { get; init; } = 1000;

    /// <summary>Bytes of one image as uploaded.</summary>
    [Range(1, 1L << 30)]
    public long MaxImageBytes { get; init; } = 32L << 20;

    /// <summary>Bytes of memory that all uploads in progress may hold together; further ones are refused with 503.</summary>
    [Range(1L << 20, 1L << 40)]
    public long MaxUploadBytesInFlight { get; init; } = 512L << 20;

    /// <summary>How long an answer waits for StorageService to have the image. After that the image is committed with the prediction and moved later.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ImageStoreDeadline { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether inputs of recorded image models are kept at all.</summary>
    public bool KeepImages { get; init; } = true;

    /// <summary>How long a prediction stays on record; null (an empty setting) or zero keeps it until its owner is erased.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "36500.00:00:00")]
    public TimeSpan? Retention { get; init; } = TimeSpan.FromDays(365);

    /// <summary>How often predictions whose time is up are looked for.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>What the decoder takes on.</summary>
    [ValidateObjectMembers]
    public ImageOptions Images { get; init; } = new();
}

/// <summary>The section <c>Predictions:Images</c>: checked on a file's header, before any pixel is decoded.</summary>
public sealed class ImageOptions
{
    /// <summary>Largest width and largest height in pixels.</summary>
    [Range(1, 65535)]
    public int MaxSidePixels { get; init; } = 16384;

    /// <summary>Largest width × height. Memory for one decode grows with it: some 10 bytes a pixel at worst.</summary>
    [Range(1, 500_000_000)]
    public long MaxPixels { get; init; } = 50_000_000;

    /// <summary>Most scans in a JPEG, and in each piece of a TIFF with JPEG in it: every scan is a pass over the picture.</summary>
    [Range(1, 1000)]
    public int MaxJpegScans { get; init; } = 100;

    /// <summary>Images decoded at once. Absent: one per processor.</summary>
    [Range(1, 1024)]
    public int? MaxConcurrentDecodes { get; init; }

    /// <param name="maxFileBytes">From <see cref="PredictionOptions.MaxImageBytes"/>, the limit while uploading.</param>
    public ImageLimits ToLimits(long maxFileBytes)
    {
        var limits = new ImageLimits { MaxFileBytes = maxFileBytes, MaxSidePixels = MaxSidePixels, MaxPixels = MaxPixels, MaxJpegScans = MaxJpegScans };
        return MaxConcurrentDecodes is { } decodes ? limits with { MaxConcurrentDecodes = decodes } : limits;
    }
}
