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

    /// <summary>Images that may wait for a processor to decode them; further requests are refused with 503.</summary>
    [Range(1, 10_000)]
    public int MaxWaitingDecodes { get; init; } = 256;

    /// <summary>How long an answer waits for StorageService to have the image. After that the image is committed with the prediction and moved later.</summary>
    public TimeSpan ImageStoreDeadline { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether inputs of recorded image models are kept at all.</summary>
    public bool KeepImages { get; init; } = true;
}
