namespace Imaging;

/// <summary>Why an image was not accepted.</summary>
public enum ImageRejection
{
    /// <summary>No bytes at all.</summary>
    Empty,

    /// <summary>The file is larger than <see cref="ImageLimits.MaxFileBytes"/>.</summary>
    TooManyBytes,

    /// <summary>A side or the number of pixels exceeds the limits.</summary>
    TooLarge,

    /// <summary>Built to cost far more work than its size suggests.</summary>
    TooComplex,

    /// <summary>The first bytes are those of no known image format.</summary>
    UnknownFormat,

    /// <summary>A known format, or a rare kind of an accepted one, that is not decoded.</summary>
    UnsupportedFormat,

    /// <summary>Damaged, truncated, or not what its first bytes promise.</summary>
    Undecodable,
}

/// <summary>The bytes are the caller's fault. The message is safe to show: it holds no text of the native decoder and no bytes of the file.</summary>
public sealed class ImageRejectedException(ImageRejection reason, string message) : Exception(message)
{
    public ImageRejection Reason { get; } = reason;
}
