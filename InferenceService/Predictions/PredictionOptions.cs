using System.ComponentModel.DataAnnotations;

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

    /// <summary>Images that may wait for a processor to decode them; further requests are refused with 503.</summary>
    [Range(1, 10_000)]
    public int MaxWaitingDecodes { get; init; } = 256;

    /// <summary>How long an answer waits for StorageService to have the image. After that the image is committed with the prediction and moved later.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ImageStoreDeadline { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether inputs of recorded image models are kept at all.</summary>
    public bool KeepImages { get; init; } = true;
}
